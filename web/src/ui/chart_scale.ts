/** A round number that is not less than `most`, so that a scale ends at it: 1, 2 or 5 times a power of ten. */
export function roundUp(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((each) => each * power >= most) ?? 10;
  return step * power;
}

export type Bar = { x: number; y: number; width: number; height: number };

/** Bars from left to right in a room of this size; what is nothing has no height. */
export function barsOf(values: readonly number[], width: number, height: number): Bar[] {
  const top = roundUp(Math.max(0, ...values));
  const step = width / Math.max(1, values.length);
  const gap = step > 4 ? step * 0.2 : 0;
  return values.map((value, index) => {
    const tall = (Math.max(0, value) / top) * height;
    return { x: index * step + gap / 2, y: height - tall, width: step - gap, height: tall };
  });
}
