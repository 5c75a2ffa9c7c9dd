/**
 * Files that are dropped before the page's modules are there: without this the browser would leave the
 * page and show the file. A script of the old kind, so that it runs before anything is seen.
 */
globalThis.droppedFiles = {
  waiting: [],
  /** Until drop.js takes them itself. */
  take(files) {
    this.waiting.push(...files);
    const names = this.waiting.map(({ name }) => name).join(', ');
    const said = document.getElementById('loading-waits');
    if (said !== null) said.textContent = `Added once the page is ready: ${names}.`;
  },
};

for (const type of ['dragover', 'drop'])
  addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (type === 'drop') globalThis.droppedFiles.take([...event.dataTransfer.files]);
  });
