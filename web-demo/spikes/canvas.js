/** What the two drawings on canvases share. */

/** Pixels of a screen to one of the page; more are not seen, and cost. */
const SHARPEST = 2;

/**
 * Makes a canvas as sharp as the screen, if it is not, and empties it.
 * @returns {{ context: CanvasRenderingContext2D, width: number, height: number }} in the page's pixels
 */
export function emptied(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(devicePixelRatio, SHARPEST);
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down)
    Object.assign(canvas, { width: across, height: down });
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** The page's colours, as they are in light or dark. */
export function colours(node) {
  const style = getComputedStyle(node);
  const names = ['ground', 'surface', 'text', 'quiet', 'line', 'edge', 'accent', 'tint'];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
}
