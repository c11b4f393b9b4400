/** Scripts that run inside the page, as text: the tests themselves know no DOM. */

/** How many pixels of a picture (PNG as base64) differ from its corner. */
export const countInk = (png: string) => `(async () => {
  const bytes = Uint8Array.from(atob(${JSON.stringify(png)}), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let ink = 0;
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - data[0]) + Math.abs(data[i + 2] - data[2]) > 40) ink++;
  return ink;
})()`;

/** A browser that cannot draw with WebGL. */
export const WITHOUT_WEBGL = `
  HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {
    apply: (real, canvas, args) =>
      String(args[0]).startsWith('webgl') ? null : Reflect.apply(real, canvas, args),
  });`;

/** How far the document is wider, and longer, than the window, in pixels: only its parts scroll. */
export const OVERFLOW = `Math.max(document.documentElement.scrollWidth - window.innerWidth,
  document.documentElement.scrollHeight - window.innerHeight)`;
