// One key handler for the whole page: lists by j k Enter x e, search by /, help by ?, sending by Ctrl+Enter.
// An input method's own keys are never taken: not while composing, not keyCode 229, not within 50 ms after it ends
// (Safari ends a composition just before the Enter that ended it). Inside fields only Ctrl keys and Esc count.

const AFTER_COMPOSITION = 50; // milliseconds
let compositionEnded = -Infinity;
document.addEventListener('compositionend', (event) => { compositionEnded = event.timeStamp; }, true);

export const composing = (event) =>
  event.isComposing || event.keyCode === 229 || event.timeStamp - compositionEnded < AFTER_COMPOSITION;

const inField = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches('textarea, select, input:not([type=checkbox]):not([type=radio])'));

const singleKeysOn = () => localStorage.getItem('keys') !== 'off';
const rows = () => [...document.querySelectorAll('[data-list] [data-row]')];

function moveCursor(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.hasAttribute('data-cursor'));
  const next = all[Math.max(0, Math.min(all.length - 1, at === -1 ? 0 : at + step))];
  all.forEach((row) => row.removeAttribute('data-cursor'));
  next.setAttribute('data-cursor', '');
  next.querySelector('a.row-title')?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const atCursor = () => document.querySelector('[data-row][data-cursor]');

function sendMainForm() {
  const active = document.activeElement?.closest('form[method=post]');
  const form = active && !active.closest('.bar') && !active.matches('[data-bulk]') ? active : document.querySelector('form[data-main]');
  form?.requestSubmit(form.querySelector('button.button-main') ?? undefined);
}

function search() {
  const field = document.querySelector('[data-list-search]') ?? document.querySelector('#bar-search');
  field?.focus();
  field?.select();
}

function correct() {
  const first = document.querySelector('[data-key=e]');
  if (first?.matches('input, select, textarea')) first.focus();
  else first?.click();
}

const singleKeys = {
  KeyJ: () => moveCursor(1),
  KeyK: () => moveCursor(-1),
  KeyX: () => atCursor()?.querySelector('input[type=checkbox]')?.click(),
  KeyE: correct,
  Slash: search,
};

document.addEventListener('keydown', (event) => {
  if (composing(event)) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (event.code === 'Enter' || event.code === 'NumpadEnter') { event.preventDefault(); sendMainForm(); }
    return;
  }
  if (event.key === 'Escape') return escape(event);
  if (inField(event.target) || event.altKey || event.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (event.key === '?' && singleKeysOn()) { event.preventDefault(); showHelp(); return; }
  if (event.shiftKey || !singleKeysOn()) return;
  if (event.code === 'Enter' && event.target === document.body && atCursor()) {
    event.preventDefault();
    atCursor().querySelector('a.row-title')?.click();
    return;
  }
  const act = singleKeys[event.code];
  if (act) { event.preventDefault(); act(); }
});

function escape(event) {
  const open = [...document.querySelectorAll('details.menu[open], details.clock[open]')];
  if (open.length) {
    open.forEach((details) => { details.open = false; });
    open.at(-1).querySelector('summary')?.focus();
  } else if (inField(event.target)) {
    event.target.blur();
  }
}

// Enter in a search field sends it; the Enter that picks a word in an input method must not.
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && inField(event.target) && event.target.tagName !== 'TEXTAREA' && composing(event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

function showHelp() {
  const help = document.getElementById('key-help');
  const switchKeys = document.getElementById('keys-on');
  if (!help) return;
  if (switchKeys) switchKeys.checked = singleKeysOn();
  help.showModal();
}

document.addEventListener('change', (event) => {
  if (event.target.id === 'keys-on') localStorage.setItem('keys', event.target.checked ? 'on' : 'off');
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-open=key-help]')) showHelp();
});
document.addEventListener('focusin', (event) => {
  const row = event.target.closest?.('[data-row]');
  if (!row || !event.target.matches(':focus-visible')) return;
  rows().forEach((other) => other.toggleAttribute('data-cursor', other === row));
});

// Menus and clock panels: one open at a time, closed by a click elsewhere; clocks also open under a resting pointer.
const panels = 'details.menu, details.clock';
document.addEventListener('click', (event) => {
  document.querySelectorAll('details.menu[open], details.clock[open]').forEach((details) => {
    if (!details.contains(event.target)) details.open = false;
  });
});
document.addEventListener('toggle', (event) => {
  const details = event.target;
  if (!(details instanceof HTMLDetailsElement) || !details.open || !details.matches(panels)) return;
  document.querySelectorAll('details.menu[open], details.clock[open]').forEach((other) => {
    if (other !== details && !other.contains(details)) other.open = false;
  });
  const panel = details.querySelector('.clock-panel');
  if (panel) {
    panel.classList.remove('at-end');
    panel.classList.toggle('at-end', panel.getBoundingClientRect().right > document.documentElement.clientWidth - 8);
  }
}, true);

let resting;
document.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'mouse') return;
  const clock = event.target.closest?.('details.clock');
  clearTimeout(resting);
  document.querySelectorAll('details.clock[data-hovered]').forEach((other) => {
    if (other !== clock) { other.open = false; other.removeAttribute('data-hovered'); }
  });
  if (!clock || clock.open) return;
  resting = setTimeout(() => { clock.open = true; clock.setAttribute('data-hovered', ''); }, 300);
});
document.addEventListener('click', (event) => {
  const clock = event.target.closest('details.clock[data-hovered]');
  if (clock && event.target.closest('summary')) {
    event.preventDefault(); // the hover opened it: a click means "keep it open"
    clock.removeAttribute('data-hovered');
  }
});
