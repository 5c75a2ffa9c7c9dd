/** The page without a network: registers its service worker, offers a new version, and an installation. */
import { element } from '../common/elements.js';

const [state, install, update] = ['offline-state', 'offline-install', 'update'].map(element);

// It can come before the page is ready.
let prompt;
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  prompt = event;
  install.hidden = false;
});
addEventListener('appinstalled', () => {
  install.hidden = true;
});
install.addEventListener('click', () => prompt?.prompt());

export async function offline() {
  if (navigator.serviceWorker === undefined) {
    state.textContent = 'Offline use needs HTTPS, or localhost.';
    return;
  }
  let isControlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // Never two versions at once; the first one is what the page has.
    if (isControlled) location.reload();
    isControlled = true;
  });
  try {
    const registration = await navigator.serviceWorker.register('./service-worker.js');
    offerUpdates(registration);
    await fetchTheRest((await navigator.serviceWorker.ready).active);
    state.textContent = 'Works offline: a reload needs no network.';
  } catch (error) {
    state.textContent = `Not kept for offline use: ${error.message}`;
  }
}

function fetchTheRest(worker) {
  return new Promise((done, fail) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: trouble }) => {
      port1.close();
      if (trouble === undefined) done();
      else fail(new Error(trouble));
    };
    worker.postMessage('fetch the rest', [port2]);
  });
}

function offerUpdates(registration) {
  const offer = () => {
    update.hidden = registration.waiting === null || navigator.serviceWorker.controller === null;
  };
  registration.addEventListener('updatefound', () =>
    registration.installing.addEventListener('statechange', offer),
  );
  element('update-now').addEventListener('click', () =>
    registration.waiting?.postMessage('take over'),
  );
  offer();
}
