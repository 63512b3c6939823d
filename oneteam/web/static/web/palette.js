// The palette: Ctrl+K opens it, what is typed finds commands and objects, arrows choose, Enter opens.
import { composing } from './keys.js';

const WAIT = 150; // milliseconds after the last key
const palette = document.getElementById('palette');
const field = document.getElementById('palette-words');
const list = document.getElementById('palette-list');
const options = () => [...list.querySelectorAll('[role=option]')];
let asked = 0;
let timer;

function choose(option) {
  options().forEach((other) => other.setAttribute('aria-selected', String(other === option)));
  field.setAttribute('aria-activedescendant', option?.id ?? '');
  option?.scrollIntoView({ block: 'nearest' });
}

const chosen = () => list.querySelector('[aria-selected=true]');

async function ask() {
  const number = ++asked;
  const answer = await fetch(`${palette.dataset.palette}?q=${encodeURIComponent(field.value)}`).catch(() => null);
  if (!answer?.ok || number !== asked) return; // a later question is under way
  list.innerHTML = await answer.text();
  choose(options()[0]);
}

function askSoon() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
}

if (palette) {
  document.addEventListener('keydown', (event) => {
    if (event.code !== 'KeyK' || !(event.ctrlKey || event.metaKey) || event.altKey || composing(event)) return;
    event.preventDefault();
    if (document.querySelector('dialog[open]')) return;
    palette.showModal();
    field.select();
    ask();
  });
  field.addEventListener('input', (event) => { if (!event.isComposing) askSoon(); });
  field.addEventListener('compositionend', askSoon);
  field.addEventListener('keydown', (event) => {
    if (composing(event)) return;
    const all = options();
    const at = all.indexOf(chosen());
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 };
    if (event.key in steps) {
      event.preventDefault();
      choose(all[(steps[event.key] + all.length) % all.length]);
    } else if (event.key === 'Escape') {
      palette.close(); // a search field would only empty itself
    } else if (event.key === 'Enter') {
      event.preventDefault();
      chosen()?.click();
    }
  });
  palette.addEventListener('click', (event) => { if (event.target === palette) palette.close(); });
}
