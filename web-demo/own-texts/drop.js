/** Files that are dropped: anywhere on the page, since a miss would open the file instead. */

/**
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
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(0);
    take([...event.dataTransfer.files]);
  });
}
