/**
 * The question in the page's address, so that a reload has it and it can be shared: `?q=`. Only where
 * the service worker answers for the page, so that no server gets to know it by a reload.
 */
const NAME = 'q';

/** What the address asks for, or an empty text. */
export function askedFor() {
  return new URL(location.href).searchParams.get(NAME) ?? '';
}

/** In place of the one before: it is no page to go back to. */
export function keepInAddress(question) {
  const url = new URL(location.href);
  if (question === '') url.searchParams.delete(NAME);
  else if (navigator.serviceWorker?.controller) url.searchParams.set(NAME, question);
  if (url.href !== location.href) history.replaceState(history.state, '', url);
}
