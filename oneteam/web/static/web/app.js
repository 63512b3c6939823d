// Forms that lose nothing, swaps that keep the focus, messages, theme, the sign of life.
import { composing } from './keys.js';

const words = JSON.parse(document.body.dataset.words || '{}');
const say = (name, value = '') => (words[name] || '').replace('%s', value);
const now = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

// --- Messages -----------------------------------------------------------------------------------------------------
export function announce(text) {
  const polite = document.getElementById('polite');
  if (polite) polite.textContent = text;
}

const TOAST_TIME = 6000; // milliseconds
export function toast(text, state = 'info') {
  const box = document.createElement('div');
  box.className = 'toast';
  box.dataset.state = state;
  box.textContent = text;
  document.getElementById('toasts')?.append(box);
  if (state === 'ok' || state === 'info') setTimeout(() => box.remove(), TOAST_TIME);
  else box.addEventListener('click', () => box.remove());
}

document.querySelectorAll('[data-toast]').forEach((banner) => {
  banner.classList.replace('banner', 'toast');
  document.getElementById('toasts')?.append(banner);
  setTimeout(() => banner.remove(), TOAST_TIME);
});

// --- Focus: what needs reading first gets it; error links bring the label into view, then focus the field ---------
function focusFirst(root) {
  const first = root.querySelector('[data-focus]');
  if (first) { first.focus(); first.scrollIntoView({ block: 'start' }); }
}
focusFirst(document);

document.addEventListener('click', (event) => {
  const link = event.target.closest('.error-summary a[href^="#"], .refusal a[href^="#"]');
  if (!link) return;
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  event.preventDefault();
  const field = target.matches('fieldset, div') ? target.querySelector('input, select, textarea') ?? target : target;
  (target.closest('.field')?.querySelector('label, legend') ?? target).scrollIntoView({ block: 'start' });
  field.focus({ preventScroll: true });
});

// --- Long texts: twelve lines and a button; without scripts, and on paper, they stand in full --------------------------
const LINES = 12;
const SPARE = 3; // a button that would save less than this is not worth it
function foldLong(root) {
  for (const text of root.querySelectorAll('[data-fold]')) {
    const line = parseFloat(getComputedStyle(text).lineHeight);
    if (text.scrollHeight >= (LINES + SPARE) * line) fold(text);
  }
}
function fold(text) {
  text.classList.add('cut');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button button-plain';
  button.textContent = say('whole');
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    const cut = text.classList.toggle('cut');
    button.textContent = say(cut ? 'whole' : 'part');
    button.setAttribute('aria-expanded', String(!cut));
    if (cut) text.scrollIntoView({ block: 'nearest' });
  });
  text.after(button);
}
foldLong(document);

// --- Personal values shown on request go away by themselves ----------------------------------------------------------------
function hideSoon(root) {
  for (const shown of root.querySelectorAll('[data-hide-after]')) {
    setTimeout(() => shown.remove(), 1000 * Number(shown.dataset.hideAfter));
  }
}
hideSoon(document);

// --- Drafts: each form with data-draft is kept in this browser, per person and address, until it was sent -----------
const SAVE_AFTER = 1000; // milliseconds after the last key
const secret = (field) => ['password', 'file', 'hidden', 'submit'].includes(field.type);
const dirty = new Set();
const sending = new Set();
const person = document.body.dataset.actor ?? '';
const draftKey = (form) => `draft:${person}:${form.dataset.draft}:${location.pathname}`;

function values(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || secret(field)) continue;
    if (field.type === 'checkbox' || field.type === 'radio') {
      if (field.checked) (kept[field.name] ??= []).push(field.value);
    } else {
      kept[field.name] = [field.value];
    }
  }
  return kept;
}

function fill(form, told) {
  for (const field of form.elements) {
    const kept = told[field.name];
    if (!kept || secret(field)) continue;
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = kept.includes(field.value);
    else field.value = kept[0];
  }
  dirty.add(form);
}

function showDraft(form, name, time, state = '') {
  const place = form.querySelector('[data-draft-state]');
  if (!place) return;
  place.textContent = say(name, time);
  place.dataset.state = state;
}

function saveDraft(form) {
  try {
    localStorage.setItem(draftKey(form), JSON.stringify({ time: now(), values: values(form) }));
    showDraft(form, 'saved', now());
  } catch {
    showDraft(form, 'unsaved', '', 'warn');
    form.draftTimer = setTimeout(() => saveDraft(form), 5 * SAVE_AFTER);
  }
}

function restoreDraft(form) {
  if (form.dataset.draftOver !== undefined) { // what was chosen fills the form and takes the place of what was typed
    localStorage.removeItem(draftKey(form));
    return;
  }
  const stored = localStorage.getItem(draftKey(form));
  if (!stored || form.querySelector('[aria-invalid=true]')) return; // after a refusal the server's values are newer
  const draft = JSON.parse(stored);
  fill(form, draft.values);
  showDraft(form, 'restored', draft.time);
}

// A draft is marked when its form is sent and dropped when the next page arrives: if none does (no signal), Back or
// reload still finds it. A page that came by Back or reload is not that next page.
function dropSentDrafts() {
  const arrived = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith('draft:') || !JSON.parse(localStorage.getItem(key)).sent) continue;
    if (arrived || !key.endsWith(`:${location.pathname}`)) localStorage.removeItem(key);
  }
}
dropSentDrafts();
document.querySelectorAll('form[data-draft]').forEach(restoreDraft);

// --- Another language: the page is opened anew, and what was typed into its forms goes along, also after a refusal ---
const ALONG = 'typed-along';
const posted = () => [...document.querySelectorAll('main form')].filter((form) => form.method === 'post');
const sentTo = (form) => form.getAttribute('action') || location.pathname;
document.addEventListener('submit', (event) => {
  if (!event.submitter?.matches('.bar-language')) return;
  dirty.clear(); // nothing is lost, so leaving needs no question
  sessionStorage.setItem(ALONG, JSON.stringify(posted().map((form) => [sentTo(form), values(form)])));
});
const along = JSON.parse(sessionStorage.getItem(ALONG) ?? '[]');
sessionStorage.removeItem(ALONG);
for (const form of posted()) {
  const [, told] = along.find(([where]) => where === sentTo(form)) ?? [];
  if (told) fill(form, told);
}

document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (!form || form.method !== 'post' || form.closest('.bar') || form.matches('[data-bulk]')) return;
  dirty.add(form);
  if (form.dataset.draft === undefined) return;
  clearTimeout(form.draftTimer);
  form.draftTimer = setTimeout(() => saveDraft(form), SAVE_AFTER);
});

// --- Fields that only one choice asks for: data-when="payment=cash" shows them with it ---------------------------------
function showAsked(form) {
  for (const field of form.querySelectorAll('[data-when]')) {
    const [name, wanted] = field.dataset.when.split('=');
    const asked = wanted.split('|').includes(form.elements[name]?.value);
    field.closest('.field').hidden = !asked;
  }
}
const asking = (root) => new Set([...root.querySelectorAll('[data-when]')].map((field) => field.form));
asking(document).forEach(showAsked);
document.addEventListener('change', (event) => {
  if (event.target.form?.querySelector('[data-when]')) showAsked(event.target.form);
});

addEventListener('beforeunload', (event) => {
  const unsent = [...dirty].some((form) => form.isConnected && !sending.has(form) && form.dataset.draft !== undefined);
  if (unsent) { event.preventDefault(); event.returnValue = say('leave'); }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (sending.has(form)) { event.preventDefault(); return; } // the second click of a double click
  sending.add(form);
  dirty.delete(form);
  clearTimeout(form.draftTimer);
  if (form.dataset.draft !== undefined) {
    localStorage.setItem(draftKey(form), JSON.stringify({ time: now(), values: values(form), sent: true }));
  }
  event.submitter?.setAttribute('aria-busy', 'true');
  announce(say('sending'));
});
addEventListener('pageshow', () => {
  sending.clear();
  document.querySelectorAll('[aria-busy=true]').forEach((button) => button.removeAttribute('aria-busy'));
});

// --- Theme: at once here, kept by the server's cookie -----------------------------------------------------------------
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-theme-form]')) return;
  event.preventDefault();
  const value = event.submitter?.value ?? '';
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  form.querySelectorAll('button').forEach((button) => button.setAttribute('aria-pressed', String(button.value === value)));
  form.closest('details').open = false;
  const body = new FormData(form);
  body.set('theme', value);
  fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => toast(say('failed'), 'warn'));
}, true);

// --- Lists: live search that waits for the input method, bulk bar, Back restores the row ---------------------------
const SEARCH_AFTER = 250; // milliseconds
let searchTimer;
function searchSoon(field) {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => field.form?.requestSubmit(), SEARCH_AFTER);
}
document.addEventListener('input', (event) => {
  if (event.target.matches('[data-list-search]') && !event.isComposing) searchSoon(event.target);
});
document.addEventListener('compositionend', (event) => {
  if (event.target.matches('[data-list-search]')) searchSoon(event.target);
});

// What is ticked in a list with data-bulk="kept" stays ticked on its other tabs, in this browser tab, until it is sent.
const pickedKey = (form) => `picked:${form.getAttribute('action')}`;
const picked = (form) => (form.dataset.bulk === 'kept' ? JSON.parse(sessionStorage.getItem(pickedKey(form)) || '[]') : []);
const keepPicked = (form, ids) => {
  if (form.dataset.bulk === 'kept') sessionStorage.setItem(pickedKey(form), JSON.stringify(ids));
};
const countPicked = (form) => {
  const here = form.querySelectorAll('input[type=checkbox][name=row]:checked').length;
  const elsewhere = form.querySelectorAll('input[type=hidden][name=row]').length;
  form.querySelector('[data-bulk-bar]').hidden = here + elsewhere === 0;
  form.querySelector('[data-bulk-count]').textContent =
    say('selected', here + elsewhere) + (elsewhere ? ` (${say('elsewhere', elsewhere)})` : '');
};
const showPicked = (form) => {
  for (const id of picked(form)) {
    const box = form.querySelector(`input[name=row][value="${CSS.escape(id)}"]`);
    if (box) box.checked = true;
    else form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'row', value: id }));
  }
  countPicked(form);
};
document.querySelectorAll('form[data-bulk=kept]').forEach(showPicked);
document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-bulk]');
  if (!form || event.target.name !== 'row') return;
  const others = picked(form).filter((id) => id !== event.target.value);
  keepPicked(form, event.target.checked ? [...others, event.target.value] : others);
  countPicked(form);
});
document.addEventListener('submit', (event) => {
  // One alone is refused, and stays ticked.
  if (event.target.matches('form[data-bulk=kept]') && picked(event.target).length > 1) sessionStorage.removeItem(pickedKey(event.target));
});
document.addEventListener('click', (event) => {
  const form = event.target.closest('[data-bulk-clear]')?.closest('form');
  if (!form) return;
  sessionStorage.removeItem(pickedKey(form));
  form.querySelectorAll('input[type=hidden][name=row]').forEach((each) => each.remove());
  form.querySelectorAll('input[name=row]:checked').forEach((box) => { box.checked = false; });
  countPicked(form);
});
document.addEventListener('click', (event) => {
  const open = event.target.closest('a.row-title');
  if (open) sessionStorage.setItem(`row:${location.pathname}`, open.id);
  const row = event.target.closest('[data-row]');
  if (row && !event.target.closest('a, button, input, label, summary, details') && !String(getSelection())) {
    row.querySelector('a.row-title')?.click();
  }
});
const lastRow = document.getElementById(sessionStorage.getItem(`row:${location.pathname}`) ?? '');
if (lastRow) {
  lastRow.closest('[data-row]')?.setAttribute('data-cursor', '');
  sessionStorage.removeItem(`row:${location.pathname}`);
}

// --- htmx: dirty forms are spared, the focus comes back, failures are said --------------------------------------------
document.addEventListener('htmx:beforeSwap', (event) => {
  const target = event.detail.target;
  if (target.matches('[data-drafts-kept]')) { // another file is opened by hand: what was typed waits as a draft
    for (const form of dirty) if (form.isConnected && target.contains(form) && form.dataset.draft !== undefined) saveDraft(form);
    return;
  }
  if ([...dirty].some((form) => form.isConnected && target !== document.body && target.contains(form))) {
    event.detail.shouldSwap = false;
  }
});
document.addEventListener('htmx:beforeRequest', (event) => {
  const form = event.detail.elt.closest('form');
  if (form && event.detail.target?.contains(form)) dirty.delete(form); // its own answer may replace it
});
// Whom a person chose stays chosen when what is offered comes anew.
document.addEventListener('change', (event) => {
  const around = event.target.closest?.('[data-choice-kept]');
  if (around) around.dataset.choiceKept = event.target.value;
});
document.addEventListener('htmx:afterSwap', (event) => {
  const { choiceKept } = event.detail.target.dataset;
  const kept = choiceKept && event.detail.target.querySelector(`input[value="${CSS.escape(choiceKept)}"]`);
  if (!kept) return;
  kept.checked = true;
  kept.closest('details')?.setAttribute('open', '');
});
const BESIDE = 900; // pixels from which list and file stand beside each other
document.addEventListener('htmx:afterSettle', (event) => {
  const root = event.detail.elt;
  focusFirst(root);
  hideSoon(root);
  foldLong(root);
  if (root.matches('[data-drafts-kept]') && innerWidth < BESIDE) root.scrollIntoView({ block: 'start' });
  root.querySelectorAll('form[data-draft]').forEach(restoreDraft);
  if (document.activeElement === document.body && root !== document.body) {
    root.querySelector('h1, h2, [tabindex="-1"]')?.focus({ preventScroll: true });
  }
  const said = root.closest?.('[data-announce]') ?? root.querySelector?.('[data-announce]');
  if (said) announce(said.dataset.announce);
});
document.addEventListener('htmx:responseError', (event) => {
  const answer = event.detail.xhr;
  const plain = (answer.getResponseHeader('Content-Type') || '').startsWith('text/plain');
  toast(plain && answer.responseText ? answer.responseText : say('refused'), 'danger');
});
document.addEventListener('htmx:sendError', () => toast(say('failed'), 'warn'));

// --- The demo's people: a click on a name fills the form ------------------------------------------------------------------
document.addEventListener('click', (event) => {
  const { signIn, password } = event.target.closest('[data-sign-in]')?.dataset ?? {};
  if (!signIn) return;
  const form = document.querySelector('form[data-main]');
  form.elements.login.value = signIn;
  form.elements.password.value = password;
  form.querySelector('.button-main').focus();
});

const signsInAs = new URLSearchParams(location.search).get('as');
if (signsInAs) document.querySelector(`[data-sign-in="${CSS.escape(signsInAs)}"]`)?.click();

// --- Help beside the page: what one is doing stays in view, and nothing typed is left -------------------------------------
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-beside]');
  const beside = document.getElementById('beside');
  if (!link || !beside || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest('details')?.removeAttribute('open');
  try {
    const answer = await fetch(link.href, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) throw new Error(String(answer.status));
    beside.innerHTML = await answer.text();
    beside.showModal();
    beside.querySelector('h2')?.focus();
  } catch {
    location.href = link.href;
  }
});
document.addEventListener('click', (event) => {
  if (event.target.id === 'beside' || event.target.closest('[data-close-beside]')) document.getElementById('beside').close();
});

// --- Sign of life -------------------------------------------------------------------------------------------------------
const liveSign = document.getElementById('live');
const BEAT = 10000; // milliseconds between questions
const STALE = 15000; // milliseconds after which the page says that it is not up to date
if (liveSign?.dataset.live) {
  const sentence = liveSign.querySelector('.live-words');
  let lastTime = now();
  let lastBeat = performance.now();
  let lastFeed = -STALE;
  document.addEventListener('feed:beat', ({ detail }) => {
    lastFeed = lastBeat = performance.now();
    lastTime = detail;
    liveSign.removeAttribute('data-stale');
    sentence.textContent = say('connected', detail);
  });
  const ask = async () => {
    if (document.hidden || performance.now() - lastFeed < STALE) return; // the feed says it already
    try {
      const answer = await fetch(liveSign.dataset.live, { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(String(answer.status));
      lastTime = await answer.text();
      lastBeat = performance.now();
      liveSign.removeAttribute('data-stale');
      sentence.textContent = say('connected', lastTime);
    } catch {
      if (performance.now() - lastBeat > STALE) {
        liveSign.setAttribute('data-stale', '');
        sentence.textContent = say('stale', lastTime);
      }
    }
  };
  ask();
  setInterval(ask, BEAT);
  document.addEventListener('visibilitychange', ask);
}

export { composing };
