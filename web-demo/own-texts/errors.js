/** What went wrong with an import, in words for someone who has not read the package's documentation. */

/**
 * @param {{ code?: string, message: string, details?: object, actual?: number }} error
 * @param {{ model: string, dimensions: number }} embedder the one in use
 * @param {(model: string) => string | undefined} nameOf what an embedder is called by its model
 * @returns {{ text: string, isOther: boolean }} `isOther`: the texts are fine, but of another embedder
 */
export function inWords(error, embedder, nameOf) {
  switch (error.code) {
    case 'MODEL_MISMATCH': {
      const { actual } = error.details;
      return {
        text: `This file was made with ${nameOf(actual) ?? `the embedder “${actual}”`}. Its vectors cannot be compared with those of the embedder in use (${nameOf(embedder.model) ?? embedder.model}).`,
        isOther: true,
      };
    }
    case 'DIMENSION_MISMATCH':
      return {
        text: `This file was made with another embedder: its vectors have ${error.actual} dimensions, those of the embedder in use (${nameOf(embedder.model) ?? embedder.model}) have ${embedder.dimensions}.`,
        isOther: true,
      };
    case 'METRIC_MISMATCH':
    case 'INVALID_ARGUMENT':
      return { text: `This file is not an export of this page: ${error.message}.`, isOther: false };
    case 'FORMAT_CHECKSUM':
      return {
        text: 'This file is damaged or cut off: its checksums do not fit. Nothing was imported.',
        isOther: false,
      };
    case 'FORMAT_VERSION':
      return {
        text: 'This file is not an export that this version of the page can read.',
        isOther: false,
      };
    case 'QUOTA_EXCEEDED':
      return {
        text: 'The browser has no more room for this site. Remove some texts first.',
        isOther: false,
      };
    case 'CLOSED':
      return { text: 'Your texts were closed, by another tab. Reload the page.', isOther: false };
    default:
      if (error.name === 'AbortError') return { text: error.message, isOther: false };
      return { text: `It did not work: ${error.message.replace(/\.$/, '')}.`, isOther: false };
  }
}
