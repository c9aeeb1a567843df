// Sends a file straight to R2, whole or in parts, with a bar that tells how much of it is there; and looks how far files are.
const form = document.getElementById('upload');
const note = document.getElementById('upload-note');
const bar = document.getElementById('sent');
/** How often a piece is tried, and how long before it is tried again at first, milliseconds. */
const TRIES = 6;
const PAUSE = 1_000;

/** Asks our own worker; its answer's `data`. */
async function ask(path, body) {
  const response = await fetch(`/studio/media${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const { data, error } = await response.json();
  if (!response.ok) throw new Error(error.details?.issues[0]?.message ? `The file ${error.details.issues[0].message}.` : error.message);
  return data;
}

/** Sends `piece`, and tells how much of it is on its way; its ETag. XHR, because fetch tells nothing of what it sends. */
const put = (url, headers, piece, tell) =>
  new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => tell(loaded);
    request.onload = () => (request.status === 200 ? done(request.getResponseHeader('etag')) : failed(new Error(`The file was refused (${request.status}).`)));
    request.onerror = () => failed(new Error('The connection broke.'));
    request.send(piece);
  });

/** Tries again, ever later, while the connection breaks. */
async function patiently(work) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES) throw error;
      note.textContent = `${error.message} Trying again.`;
      await new Promise((again) => setTimeout(again, PAUSE * 2 ** attempt));
      note.textContent = 'Sending.';
    }
  }
}

/** Where a file that was begun is remembered, and for how long it can be gone on with, milliseconds. */
const BEGUN = 'codex-upload';
const KEPT = 20 * 3_600_000;

/** What tells a file from others, without reading it. */
const fingerprint = (file) => [file.name, file.size, file.lastModified].join('/');

/** The file that was begun here last and is not all there, if it is not too long ago. */
function begun() {
  const known = JSON.parse(localStorage.getItem(BEGUN) ?? 'null');
  return known && Date.now() - known.at < KEPT ? known : undefined;
}

async function sendParts(id, file, { partSizeBytes, partCount }, there, tell) {
  let arrived = [];
  for (let number = 1; number <= partCount; number += 1) {
    if (number in there) continue;
    const from = (number - 1) * partSizeBytes;
    arrived = await patiently(async () => {
      // An address is asked for when it is needed: it does not last.
      const { wanted } = await ask(`/${id}/parts`, { arrived, wanted: [number] });
      const etag = await put(wanted[0].url, {}, file.slice(from, from + partSizeBytes), (sent) => tell(from + sent));
      return [{ partNumber: number, etag }];
    });
  }
  await patiently(() => ask(`/${id}/parts`, { arrived, wanted: [] }));
}

/** Announces a file, or finds out what of it is there already: its id, where it goes, and the parts that arrived. */
async function announce(file) {
  const known = begun();
  if (known?.file === fingerprint(file)) {
    // It may have been given up meanwhile; then it begins anew.
    const to = await ask(`/${known.id}/parts`, { arrived: [], wanted: [] }).catch(() => undefined);
    if (to) return { id: known.id, upload: to, there: to.arrived };
  }
  const mediaType = file.type.split('/')[0];
  const title = file.name.replace(/\.[^.]+$/, '') || file.name;
  const { id, upload } = await ask('', { title, mediaType, mimeType: file.type, fileSizeBytes: file.size });
  if (!upload.url) localStorage.setItem(BEGUN, JSON.stringify({ file: fingerprint(file), name: file.name, id, at: Date.now() }));
  return { id, upload, there: {} };
}

async function upload(file) {
  const tell = (sent) => (bar.value = (sent / file.size) * 100);
  const { id, upload: to, there } = await announce(file);
  if (to.url) await patiently(() => put(to.url, to.headers, file, tell));
  else await sendParts(id, file, to, there, tell);
  await patiently(() => ask(`/${id}/complete`));
  localStorage.removeItem(BEGUN);
}

if (begun()) note.textContent = `“${begun().name}” is not all there. Choose it again, and it goes on where it stopped.`;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  bar.hidden = false;
  note.textContent = 'Sending.';
  const stay = (leaving) => leaving.preventDefault();
  addEventListener('beforeunload', stay);
  try {
    await upload(form.elements.file.files[0]);
    removeEventListener('beforeunload', stay);
    location.assign('/studio/media');
  } catch (error) {
    removeEventListener('beforeunload', stay);
    note.textContent = error.message;
    button.disabled = false;
    bar.hidden = true;
  }
});
