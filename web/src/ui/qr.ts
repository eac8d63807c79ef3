// QR codes (ISO/IEC 18004) of short texts: bytes, error correction M, versions 1 to 10 (213 bytes), the mask with the lowest penalty.

// By version: error correction words a block, blocks of the first size, their data words, blocks of the second size (one data word more).
const BLOCKS = [
  [10, 1, 16, 0],
  [16, 1, 28, 0],
  [26, 1, 44, 0],
  [18, 2, 32, 0],
  [24, 2, 43, 0],
  [16, 4, 27, 0],
  [18, 4, 31, 0],
  [22, 2, 38, 2],
  [22, 3, 36, 2],
  [26, 4, 43, 1],
] as const;
const ALIGNED = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];
const FORMAT_GENERATOR = 0x537;
const VERSION_GENERATOR = 0x1f25;

type Cell = { dark: boolean; fixed: boolean };
type Grid = Cell[][];

const cellAt = (grid: Grid, y: number, x: number): Cell => grid[y]?.[x] ?? { dark: false, fixed: true };

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--)
    product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
  return product;
}

/** The Reed-Solomon words that go with these. */
function corrections(words: readonly number[], count: number): number[] {
  let generator = [1];
  let root = 1;
  for (let degree = 0; degree < count; degree++) {
    const shifted = [...generator, 0];
    const scaled = [0, ...generator.map((one) => times(one, root))];
    generator = shifted.map((one, index) => one ^ (scaled[index] ?? 0));
    root = times(root, 2);
  }
  let rest = Array.from({ length: count }, () => 0);
  for (const word of words) {
    const factor = word ^ (rest[0] ?? 0);
    rest = [...rest.slice(1), 0].map((one, index) => one ^ times(generator[index + 1] ?? 0, factor));
  }
  return rest;
}

/** All words in the order in which they are drawn, and the version that has room for them. */
function wordsOf(text: string): { version: number; words: number[] } {
  const bytes = [...new TextEncoder().encode(text)];
  const version =
    1 +
    BLOCKS.findIndex(([, first, size, second], index) => {
      const room = first * size + second * (size + 1);
      return bytes.length + (index < 9 ? 2 : 3) <= room;
    });
  const layout = BLOCKS[version - 1];
  if (!layout) throw new RangeError("too long for a QR code");
  const [count, first, size, second] = layout;
  const room = first * size + second * (size + 1);
  const lengthBits = version < 10 ? 8 : 16;
  const bits = [4, bytes.length, ...bytes]
    .map((value, index) => value.toString(2).padStart(index === 0 ? 4 : index === 1 ? lengthBits : 8, "0"))
    .join("");
  const whole = `${bits}0000`.padEnd(Math.ceil((bits.length + 4) / 8) * 8, "0");
  const data = (whole.match(/.{8}/g) ?? []).slice(0, room).map((byte) => Number.parseInt(byte, 2));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);

  const blocks: number[][] = [];
  for (let index = 0, at = 0; index < first + second; index++) {
    const length = index < first ? size : size + 1;
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => corrections(block, count));
  const woven = (lists: number[][], length: number) =>
    Array.from({ length }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
  return { version, words: [...woven(blocks, size + 1), ...woven(checks, count)] };
}

/** What a BCH code adds to `value`. */
function bch(value: number, bits: number, generator: number): number {
  let rest = value << bits;
  for (let bit = 31 - Math.clz32(rest); bit >= bits; bit = 31 - Math.clz32(rest)) {
    rest ^= generator << (bit - bits);
    if (rest === 0) break;
  }
  return (value << bits) | rest;
}

function drawFixed(grid: Grid, version: number) {
  const size = grid.length;
  const put = (y: number, x: number, dark: boolean) => {
    const row = grid[y];
    if (row?.[x]) row[x] = { dark, fixed: true };
  };
  for (let index = 0; index < size; index++) {
    put(6, index, index % 2 === 0);
    put(index, 6, index % 2 === 0);
  }
  const ringed = (cy: number, cx: number, reach: number, isDark: (ring: number) => boolean) => {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        put(cy + dy, cx + dx, isDark(Math.max(Math.abs(dy), Math.abs(dx))));
  };
  for (const [cy, cx] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    ringed(cy, cx, 4, (ring) => ring !== 2 && ring !== 4);
  const centres = ALIGNED[version - 1] ?? [];
  for (const cy of centres)
    for (const cx of centres) if (!isFinder(cy, cx, size)) ringed(cy, cx, 2, (ring) => ring !== 1);
  if (version >= 7) {
    const said = bch(version, 12, VERSION_GENERATOR);
    for (let bit = 0; bit < 18; bit++) {
      const [a, b] = [Math.floor(bit / 3), size - 11 + (bit % 3)];
      put(a, b, ((said >> bit) & 1) === 1);
      put(b, a, ((said >> bit) & 1) === 1);
    }
  }
}

const isFinder = (y: number, x: number, size: number) =>
  (y < 9 && x < 9) || (y < 9 && x > size - 10) || (y > size - 10 && x < 9);

/** Error correction M and the mask, twice. */
function drawFormat(grid: Grid, mask: number) {
  const size = grid.length;
  const said = bch(mask, 10, FORMAT_GENERATOR) ^ 0x5412;
  const put = (y: number, x: number, bit: number) => {
    const row = grid[y];
    if (row?.[x]) row[x] = { dark: bit < 0 || ((said >> bit) & 1) === 1, fixed: true };
  };
  for (let bit = 0; bit < 6; bit++) put(bit, 8, bit);
  put(7, 8, 6);
  put(8, 8, 7);
  put(8, 7, 8);
  for (let bit = 9; bit < 15; bit++) put(8, 14 - bit, bit);
  for (let bit = 0; bit < 8; bit++) put(8, size - 1 - bit, bit);
  for (let bit = 8; bit < 15; bit++) put(size - 15 + bit, 8, bit);
  put(size - 8, 8, -1);
}

function drawWords(grid: Grid, words: readonly number[]) {
  const size = grid.length;
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const cell = cellAt(grid, y, x);
        if (cell.fixed) continue;
        cell.dark = (((words[next >> 3] ?? 0) >> (7 - (next & 7))) & 1) === 1;
        next++;
      }
    }
  }
}

const MASKS: readonly ((y: number, x: number) => boolean)[] = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (_, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

/** How hard it is to read: long runs, blocks, what looks like a finder, and too much of one colour. */
function penalty(rows: readonly string[]): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x]).join(""));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum +=
      40 * ((line.match(/(?=10111010000)/g)?.length ?? 0) + (line.match(/(?=00001011101)/g)?.length ?? 0));
  }
  for (let y = 1; y < rows.length; y++)
    for (let x = 1; x < rows.length; x++) {
      const square = `${rows[y - 1]?.slice(x - 1, x + 1)}${rows[y]?.slice(x - 1, x + 1)}`;
      if (square === "0000" || square === "1111") sum += 3;
    }
  const dark = rows.join("").split("1").length - 1;
  return sum + 10 * Math.floor(Math.abs((dark * 20) / rows.length ** 2 - 10));
}

/** The rows of the code of `text`, "1" where it is dark. */
export function qrOf(text: string): string[] {
  const { version, words } = wordsOf(text);
  const size = 17 + 4 * version;
  const grid: Grid = Array.from({ length: size }, () =>
    Array.from({ length: size }, () => ({ dark: false, fixed: false })),
  );
  drawFixed(grid, version);
  drawFormat(grid, 0);
  drawWords(grid, words);
  const masked = MASKS.map((isTurned, mask) => {
    drawFormat(grid, mask);
    return grid.map((row, y) =>
      row.map(({ dark, fixed }, x) => (dark !== (!fixed && isTurned(y, x)) ? "1" : "0")).join(""),
    );
  });
  return masked.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}
