import { expect, test } from "vitest";
import { cell, onlyLines, rowsOfFile } from "./file";

const FILE = 'sku,title\r\na,"two\nlines, ""quoted"""\r\n\r\nb,plain\nc,last';

test("rows are told apart by line ends outside of quotes, and know their lines", () => {
  expect(rowsOfFile(FILE)).toEqual([
    { line: 1, text: "sku,title" },
    { line: 2, text: 'a,"two\nlines, ""quoted"""' },
    { line: 5, text: "b,plain" },
    { line: 6, text: "c,last" },
  ]);
});

test("the rows that were refused are a file again", () => {
  expect(onlyLines(FILE, new Set([2, 6]))).toBe('sku,title\r\na,"two\nlines, ""quoted"""\r\nc,last\r\n');
});

test("a cell is no formula", () => {
  expect(["=1+1", "a,b", 'say "x"', "plain", -1].map(cell)).toEqual([
    "'=1+1",
    '"a,b"',
    '"say ""x"""',
    "plain",
    "'-1",
  ]);
});
