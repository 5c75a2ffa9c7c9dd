/** Files that are dropped: anywhere on the page, since a miss would open the file instead. */

/**
 * Takes those that early-drops.js has taken so far, and those to come.
 * @param {HTMLElement} zone shown as the place to drop
 * @param {(files: File[]) => void} take
 */
export function acceptDrops(zone, take) {
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files') ?? false;
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle('over', depth > 0);
  };
  addEventListener('dragenter', (event) => hasFiles(event) && mark(1));
  addEventListener('dragleave', (event) => hasFiles(event) && mark(-1));
  const early = globalThis.droppedFiles;
  early.take = (files) => {
    depth = 0;
    mark(0);
    take(files);
  };
  if (early.waiting.length > 0) take(early.waiting.splice(0));
}
