// The live feed: one stream a page, told to the page's other scripts as events of the document. What it tells are kinds
// of acts and ids; whoever shows more fetches it under the usual rights.
const address = document.body.dataset.feed;
const words = JSON.parse(document.body.dataset.words || '{}');
const AWAY = 30000; // milliseconds after which a page nobody looks at stops listening
const SOON = 5000; // milliseconds before a refused stream is tried again, twice as long each time
const LATE = 60000;
let source, heard, awayTimer, againTimer;
let pause = SOON;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`feed:${name}`, { detail }));

function listen() {
  clearTimeout(againTimer);
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource(heard === undefined ? address : `${address}?heard=${heard}`, { withCredentials: true });
  source.addEventListener('act', (event) => { heard = event.lastEventId; tell('act', JSON.parse(event.data)); });
  source.addEventListener('fresh', (event) => { heard = event.lastEventId; tell('fresh'); });
  source.addEventListener('beat', (event) => {
    if (event.lastEventId) heard = event.lastEventId;
    pause = SOON;
    tell('beat', JSON.parse(event.data));
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
    tell('lost'); // perhaps the session ended: a page that fetches pieces finds out
    againTimer = setTimeout(listen, pause * (1 + Math.random() / 4));
    pause = Math.min(2 * pause, LATE);
  });
}

if (address) {
  listen();
  document.addEventListener('visibilitychange', () => {
    clearTimeout(awayTimer);
    if (!document.hidden) listen();
    else awayTimer = setTimeout(() => { source.close(); clearTimeout(againTimer); }, AWAY);
  });
}

// --- "3 new": a list says by itself that more came in; nothing moves until somebody asks for it ------------------------
for (const news of document.querySelectorAll('[data-news]')) {
  const kinds = news.dataset.news.split(' ');
  const found = new Set();
  const show = () => {
    news.querySelector('[data-news-words]').textContent = found.size
      ? words.news.replace('%s', found.size) : words.some;
    news.hidden = false;
  };
  document.addEventListener('feed:act', ({ detail }) => {
    if (kinds.includes(detail.kind)) { found.add(detail.id); show(); }
  });
  document.addEventListener('feed:fresh', show);
}

// --- Pieces that are fetched anew when something happened, the oftener the less: data-live-piece="address" -------------
const LEAST = 1500; // milliseconds between two fetches; screens that hear the same do not all ask at once
const UNHEARD = 60000; // clocks run on without an act
for (const piece of document.querySelectorAll('[data-live-piece]')) {
  let waiting, busy;
  const ask = async () => {
    waiting = undefined;
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(piece.dataset.livePiece, { redirect: 'manual', headers: { 'X-By-Itself': '1' } });
      if (answer.type === 'opaqueredirect' || answer.status === 403) location.reload(); // the session ended: say so
      else if (answer.ok) swap(piece, await answer.text());
    } catch { /* the sign of life says that nothing comes */ }
    busy = false;
  };
  const soon = (wait) => { waiting ??= setTimeout(ask, wait * (0.5 + Math.random())); };
  const kinds = piece.dataset.liveKinds?.split(' '); // what the piece tells of, where that is little
  document.addEventListener('feed:act', ({ detail }) => { if (!kinds || kinds.includes(detail.kind)) soon(LEAST); });
  document.addEventListener('feed:fresh', () => soon(LEAST));
  document.addEventListener('feed:lost', () => soon(0));
  document.addEventListener('visibilitychange', () => { if (!document.hidden) soon(0); });
  if (!kinds) setInterval(() => soon(0), UNHEARD);
}

// Only what changed is replaced, by its id: what is read or pointed at stays where it is.
function swap(piece, text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  for (const part of fresh.querySelectorAll('[data-part]')) {
    const old = piece.querySelector(`#${CSS.escape(part.id)}`);
    if (old && old.outerHTML !== part.outerHTML) old.replaceWith(document.adoptNode(part));
  }
}

// --- The wall's stream of what just happened: the newest on top, said at once, by words that the page brought ----------
const stream = document.querySelector('[data-stream]');
if (stream) {
  const sentences = JSON.parse(stream.dataset.stream);
  const areas = JSON.parse(stream.dataset.areas);
  const most = Number(stream.dataset.most);
  document.addEventListener('feed:act', ({ detail }) => {
    if (!sentences[detail.kind]) return;
    const line = document.createElement('li');
    line.dataset.id = detail.id;
    for (const [name, text] of [['time', detail.at], ['b', sentences[detail.kind]], ['span', areas[detail.area] ?? '']]) {
      const word = document.createElement(name);
      word.textContent = text;
      line.append(word, ' ');
    }
    line.dataset.new = '';
    stream.prepend(line);
    while (stream.children.length > most) stream.lastElementChild.remove();
  });
}

// --- The state of the connection, where the shell's bar is not there to say it -----------------------------------------
const sign = document.querySelector('[data-feed-sign]');
const STALE = 15000;
if (sign) {
  let last = performance.now();
  let time = '';
  document.addEventListener('feed:beat', ({ detail }) => {
    last = performance.now();
    time = detail;
    sign.removeAttribute('data-stale');
    sign.textContent = words.connected.replace('%s', detail);
  });
  setInterval(() => {
    if (performance.now() - last < STALE) return;
    sign.setAttribute('data-stale', '');
    sign.textContent = words.stale.replace('%s', time || '–');
  }, 1000);
}
