// Passkeys: hands the server's options to the device and sends its answer with the form. Binary values are base64url.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = {
    async create(publicKey) {
      const made = await navigator.credentials.create({
        publicKey: {
          ...publicKey,
          challenge: bytes(publicKey.challenge),
          user: { ...publicKey.user, id: bytes(publicKey.user.id) },
          excludeCredentials: known(publicKey.excludeCredentials),
        },
      });
      return answer(made, ['clientDataJSON', 'attestationObject']);
    },
    async get(publicKey) {
      const given = await navigator.credentials.get({
        publicKey: {
          ...publicKey,
          challenge: bytes(publicKey.challenge),
          allowCredentials: known(publicKey.allowCredentials),
        },
      });
      return answer(given, ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle']);
    },
  };

  function answer(credential, parts) {
    const response = {};
    for (const part of parts) if (credential.response[part]) response[part] = text(credential.response[part]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      const error = form.querySelector('[data-passkey-error]');
      error.hidden = true;
      try {
        const options = JSON.parse(document.getElementById(form.dataset.options).textContent);
        form.elements.credential.value = JSON.stringify(await ask[form.dataset.passkey](options.publicKey));
      } catch {
        error.textContent = form.dataset.failed;
        error.hidden = false;
        return;
      }
      form.submit();
    });
  }
})();
