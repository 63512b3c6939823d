// The device's position for a form: a button with data-position fills the form's lon, lat and accuracy (WGS 84, metres)
// and tells the form by the event "position". Where the person allowed it before, the position is there by itself; what
// searches for a place instead (data-without-position) folds away then.
import { announce, toast } from './app.js';

const WAIT = { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 }; // milliseconds
const buttons = [...document.querySelectorAll('[data-position]')];

function take(button) {
  button.setAttribute('aria-busy', 'true');
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    button.removeAttribute('aria-busy');
    const { lon, lat, accuracy } = button.form.elements;
    lon.value = coords.longitude.toFixed(6);
    lat.value = coords.latitude.toFixed(6);
    accuracy.value = Math.ceil(coords.accuracy);
    const search = button.form.querySelector('[data-without-position]');
    if (search && !search.querySelector('input').value) search.open = false;
    button.form.dispatchEvent(new CustomEvent('position'));
  }, () => {
    button.removeAttribute('aria-busy');
    toast(button.dataset.refused, 'warn');
    announce(button.dataset.refused);
  }, WAIT);
}

if (buttons.length && isSecureContext && 'geolocation' in navigator) {
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener('click', () => take(button));
  }
  const known = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null);
  if (known?.state === 'granted') buttons.forEach(take);
}
