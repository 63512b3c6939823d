// Photographs in forms: shown before they are sent, and kept in this browser until the form was taken. A form that comes
// back bears the same idempotency key, under which its photographs are found again; a reloaded page finds them by its
// address. A page that answers without the form has taken it, and they go.
const KEPT_FOR = 2 * 3600 * 1000; // milliseconds after which nobody comes back for them
const SENT = 'photos-sent'; // in this tab: the key of the form that was sent last
const person = document.body.dataset.actor ?? '';
const PICKS = '.photo-pick input[type=file]';

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function show(field) {
  const list = document.querySelector(`[data-photos-of="${CSS.escape(field.id)}"]`);
  list.replaceChildren(...[...field.files].map((file) => {
    const item = document.createElement('li');
    const image = document.createElement('img');
    image.alt = '';
    image.src = URL.createObjectURL(file);
    image.addEventListener('load', () => URL.revokeObjectURL(image.src));
    const name = document.createElement('span');
    name.textContent = `${file.name} ${size(file.size)}`;
    item.append(image, name);
    return item;
  }));
}

function once(form) {
  return (form?.querySelector('[data-once]') ?? form?.elements.idempotency_key)?.value ?? '';
}
const place = (field) => `${new URL(field.form.action).pathname} ${field.name}`;
const key = (field) => `${once(field.form)} ${field.name}`;

async function store(mode, ask) {
  const base = await new Promise((done, fail) => {
    const opening = indexedDB.open('oneteam', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('photos');
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  try {
    const work = base.transaction('photos', mode);
    const asked = ask(work.objectStore('photos'));
    await new Promise((done, fail) => { work.oncomplete = done; work.onabort = () => fail(work.error); });
    return asked?.result;
  } finally {
    base.close();
  }
}

document.addEventListener('change', (event) => {
  const field = event.target;
  if (!field.matches?.(PICKS)) return;
  show(field);
  if (!once(field.form)) return;
  const kept = { at: Date.now(), person, place: place(field), files: [...field.files] };
  store('readwrite', (photos) => (kept.files.length ? photos.put(kept, key(field)) : photos.delete(key(field)))).catch(() => {});
});

document.addEventListener('submit', (event) => {
  if (event.target.querySelector(PICKS)) sessionStorage.setItem(SENT, once(event.target));
});

async function restore() {
  const fields = [...document.querySelectorAll(PICKS)];
  const names = await store('readonly', (photos) => photos.getAllKeys());
  const known = names.length ? await store('readonly', (photos) => photos.getAll()) : [];
  const found = new Map(names.map((name, at) => [name, known[at]]));
  const again = performance.getEntriesByType('navigation')[0]?.type !== 'navigate';
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const here = new Set(fields.map((field) => once(field.form)));
  for (const [name, entry] of found) {
    const taken = sent && name.startsWith(`${sent} `) && !here.has(sent) && !again;
    if (!taken && entry.person === person && Date.now() - entry.at < KEPT_FOR) continue;
    found.delete(name);
    await store('readwrite', (photos) => photos.delete(name));
  }
  for (const field of fields) {
    const entry = found.get(key(field)) ?? (again && [...found.values()].find((one) => one.place === place(field)));
    if (entry && !field.files.length) {
      const files = new DataTransfer();
      entry.files.forEach((file) => files.items.add(file));
      field.files = files.files;
      field.dispatchEvent(new Event('change', { bubbles: true })); // shown, and kept under this page's key
    }
    field.closest('.field').querySelector('[data-photos-lost]')?.remove();
  }
}
restore().catch(() => {}); // a browser that keeps nothing: the page says that they are to be chosen again
