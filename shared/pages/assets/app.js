// What every page does better with JavaScript. Without it, all of it works by links and forms.

// Answers of our own pages are parsed as HTML here, and nowhere else.
const policy = globalThis.trustedTypes?.createPolicy('codex', { createHTML: (html) => html });
const parsed = (html) => new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');

/** Dates in the reader's own language and time zone. */
function localize(root) {
  const words = new Intl.DateTimeFormat(navigator.languages, { dateStyle: 'long' });
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = words.format(at);
  }
}

/** A form that was sent is not sent twice, until its page is shown again. */
function onceEach() {
  document.addEventListener('submit', ({ target, submitter, defaultPrevented }) => {
    // What is only shown in a frame can be asked for again and again.
    if (defaultPrevented || target.method !== 'post' || submitter?.formTarget) return;
    if (target.dataset.sent) return;
    target.dataset.sent = 'true';
    submitter?.setAttribute('aria-busy', 'true');
    target.addEventListener('submit', (again) => again.preventDefault());
  });
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}

/** Searches while somebody types, a little after the last key. */
function searchAsYouType(form) {
  let waiting;
  let asking;
  const search = async () => {
    asking?.abort();
    asking = new AbortController();
    const fields = [...new FormData(form)].filter(([, value]) => value !== '');
    const address = fields.length > 0 ? `${form.action}?${new URLSearchParams(fields)}` : form.action;
    try {
      const response = await fetch(address, { signal: asking.signal, headers: { accept: 'text/html' } });
      if (!response.ok) return;
      const found = parsed(await response.text()).getElementById('results');
      if (!found) return;
      document.getElementById('results').replaceWith(found);
      history.replaceState(null, '', address);
    } catch (error) {
      // Given up for a later search, or the network is away: the form still works.
      if (error.name !== 'AbortError' && error.name !== 'TypeError') throw error;
    }
  };
  form.elements.q.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 300);
  });
  form.elements.sort.addEventListener('change', search);
}

/** Says whether an address can be had, while it is typed. */
function checkAddress(field) {
  const note = document.getElementById(field.getAttribute('aria-describedby'));
  const hint = note.textContent;
  let waiting;
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    const address = field.value;
    note.textContent = hint;
    if (address.length < 3) return;
    waiting = setTimeout(async () => {
      const response = await fetch(field.dataset.check + encodeURIComponent(address)).catch(() => undefined);
      // What is typed meanwhile is asked about by itself; where nobody answers, the form will.
      if (!response || field.value !== address || ![200, 400].includes(response.status)) return;
      const { data, error } = await response.json();
      note.textContent = data ? (data.available ? `${address} is free.` : `${address} is taken.`) : `It ${error.details.issues[0].message}.`;
    }, 300);
  });
}

/** Asks before what cannot be taken back. */
function askBefore() {
  document.addEventListener('submit', (event) => {
    const { confirm: question } = event.target.dataset;
    if (question && !confirm(question)) event.preventDefault();
  });
}

/** What has just happened is told for a while; who comes back or asks again is not told again. */
function toast(notice) {
  const address = new URL(location.href);
  address.searchParams.delete('done');
  history.replaceState(null, '', address);
  notice.classList.add('toast');
  setTimeout(() => notice.classList.add('going'), 6_000);
  setTimeout(() => notice.remove(), 6_500);
}

/** Keeps what changes by itself up to date, while somebody looks. */
function keepUp(id) {
  setTimeout(async () => {
    const response = document.hidden ? undefined : await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    const found = response?.ok ? parsed(await response.text()).getElementById(id) : undefined;
    const shown = document.getElementById(id);
    // Not under somebody's fingers.
    if (found && !shown.contains(document.activeElement)) {
      localize(found);
      shown.replaceWith(found);
    }
    if (document.getElementById(id).matches('[data-live]')) keepUp(id);
  }, 3_000);
}

/** Shows in a frame what a form would make of it, a little after the last change. */
function previewAsYouGo(button) {
  const folded = button.closest('details');
  const show = () => (!folded || folded.open) && button.form.requestSubmit(button);
  let waiting;
  button.form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
  folded?.addEventListener('toggle', show);
}

/** Shows what belongs to one choice of a list only while that is chosen. */
function showFor(part) {
  const list = document.getElementById(part.dataset.shownBy);
  const show = () => (part.hidden = list.value !== part.dataset.shownFor);
  list.addEventListener('change', show);
  show();
}

/** Scrolls a menu that is wider than the screen to the page that is shown. */
function showHere(menu) {
  const here = menu.querySelector('[aria-current]');
  if (here) menu.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - menu.clientWidth / 2;
}

localize(document);
askBefore();
onceEach();
const form = document.querySelector('form[data-search]');
if (form) searchAsYouType(form);
const address = document.querySelector('input[data-check]');
if (address) checkAddress(address);
for (const button of document.querySelectorAll('button[data-preview]')) previewAsYouGo(button);
for (const part of document.querySelectorAll('[data-shown-by]')) showFor(part);
for (const menu of document.querySelectorAll('.side ul, .chips')) showHere(menu);
const notice = document.querySelector('[data-toast]');
if (notice) toast(notice);
const live = document.querySelector('[data-live]');
if (live) keepUp(live.id);
