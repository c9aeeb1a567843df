// The player: HLS where the browser has none, keys, speed, captions, and where somebody stopped.
import Hls from 'hls.js';

const media = document.getElementById('player');
const note = document.getElementById('player-note');
const tools = document.getElementById('player-tools');
const speed = document.getElementById('speed');
const captions = document.getElementById('captions');
const captionsChoice = document.getElementById('captions-choice');
/** How often progress is saved, milliseconds. */
const EVERY = 5_000;

const say = (words) => {
  note.textContent = words;
  note.hidden = !words;
};

/** Starts where the viewer stopped, but not in the last seconds. */
function resume() {
  const position = Number(media.dataset.position);
  if (position > 1 && !(position > media.duration - 5)) media.currentTime = position;
}

function play() {
  const { src } = media.dataset;
  media.addEventListener('loadedmetadata', resume, { once: true });
  // Where both can, hls.js is preferred: it chooses among captions and recovers from faults. An iPhone's own HLS is all it has.
  if (!src.endsWith('.m3u8') || !Hls.isSupported()) {
    media.addEventListener('error', () => say('This cannot be played here. Load the page again, or try another browser.'));
    media.src = src;
    return undefined;
  }
  const hls = new Hls({ enableWorker: false, startPosition: Number(media.dataset.position) || -1 });
  let recovered = 0;
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (!fatal) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR && recovered++ < 2) hls.recoverMediaError();
    // What was signed has run out, or access was taken away: the page knows.
    else say('The film stopped coming. Load the page again to go on where you are.');
  });
  hls.loadSource(src);
  hls.attachMedia(media);
  return hls;
}

/** Saves where the viewer is: while playing, when it stops, and as the page goes away. */
function remember() {
  let saved = -1;
  const report = () => {
    const { currentTime: at, duration, ended } = media;
    if (!Number.isFinite(duration) || duration <= 0 || Math.abs(at - saved) < 0.5) return undefined;
    const item = { contentId: media.dataset.content, positionSeconds: at, durationSeconds: duration, completed: ended, updatedAt: new Date().toISOString() };
    return { at, body: JSON.stringify({ items: [item] }) };
  };
  const save = () => {
    const { at, body } = report() ?? {};
    if (!body) return;
    // Until it is answered it is not saved, and the page that closes says it again.
    const kept = ({ ok }) => ok && (saved = at);
    fetch('/progress', { method: 'POST', headers: { 'content-type': 'application/json' }, body, keepalive: true }).then(kept, () => {});
  };
  const leave = () => {
    const { at, body } = report() ?? {};
    if (body && navigator.sendBeacon('/progress', new Blob([body], { type: 'text/plain' }))) saved = at;
  };
  setInterval(() => media.paused || save(), EVERY);
  for (const event of ['pause', 'ended', 'seeked']) media.addEventListener(event, save);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave());
}

/** Lists the captions there are, those of the playlist and those of the file. */
function offerCaptions(hls) {
  const list = () => {
    const names = hls?.subtitleTracks.length ? hls.subtitleTracks.map(({ name, lang }) => name || lang) : [...media.textTracks].map(({ label, language }) => label || language);
    captions.replaceChildren(captions.options[0], ...names.map((name, index) => new Option(name, index)));
    captionsChoice.hidden = names.length === 0;
  };
  captions.addEventListener('change', () => {
    const chosen = Number(captions.value);
    if (hls?.subtitleTracks.length) {
      hls.subtitleTrack = chosen;
      hls.subtitleDisplay = chosen >= 0;
    } else [...media.textTracks].forEach((track, index) => (track.mode = index === chosen ? 'showing' : 'disabled'));
  });
  hls?.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, list);
  media.textTracks.addEventListener('addtrack', list);
  list();
}

function setSpeed(rate) {
  media.playbackRate = rate;
  speed.value = String(rate);
}

/** The next faster or slower speed of those offered. */
function stepSpeed(by) {
  const index = speed.selectedIndex + by;
  if (speed.options[index]) setSpeed(Number(speed.options[index].value));
}

function nextCaptions() {
  captions.selectedIndex = (captions.selectedIndex + 1) % captions.options.length;
  captions.dispatchEvent(new Event('change'));
}

const KEYS = {
  k: () => (media.paused ? media.play() : media.pause()),
  ' ': () => KEYS.k(),
  j: () => (media.currentTime -= 10),
  l: () => (media.currentTime += 10),
  ArrowLeft: () => (media.currentTime -= 5),
  ArrowRight: () => (media.currentTime += 5),
  m: () => (media.muted = !media.muted),
  c: nextCaptions,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : media.requestFullscreen?.()),
  '<': () => stepSpeed(-1),
  '>': () => stepSpeed(1),
};

addEventListener('keydown', (event) => {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  // Whoever is in a field, on a button or on the browser's own controls means those.
  if (altKey || ctrlKey || metaKey || target.closest('input, select, textarea, button, a, summary')) return;
  if (target === media && (key === ' ' || key.startsWith('Arrow'))) return;
  const act = KEYS[key.length === 1 ? key.toLowerCase() : key];
  if (!act) return;
  event.preventDefault();
  act();
});
speed.addEventListener('change', () => setSpeed(Number(speed.value)));
media.addEventListener('ratechange', () => (speed.value = String(media.playbackRate)));

media.hidden = false;
const hls = play();
remember();
offerCaptions(hls);
tools.hidden = false;
