/** JSON text in and out: what a number looked like, what a key was called, and how deep it may go. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  depthLimit,
  ExactNumber,
  isObject,
  JsonSyntaxError,
  objectOf,
  parseJson,
  parseJsonWithUniqueKeys,
  property,
  sameValue,
  toNumber,
  withProperty,
  writeJson,
} from "../../lib/asl/json.ts";

describe("the text of a number survives", () => {
  test.each([
    ["0.0"],
    ["-0"],
    ["1e400"],
    ["9007199254740993"],
    ["1.50"],
    ["1E5"],
    ["0.0000001"],
    ["123456789012345678901234567890"],
    ['{"a":[1,0.10,{"b":2.0}],"c":"1.0"}'],
    ["[1,2.5,-3,1000000]"],
  ])("%s", (text) => {
    expect(writeJson(parseJson(text))).toBe(text);
  });

  test("only where it would be lost", () => {
    expect(parseJson("[1,1.5,-2,123456789012345]")).toEqual([1, 1.5, -2, 123456789012345]);
    expect(parseJson("1.0")).toBeInstanceOf(ExactNumber);
  });
});

test("any value is read and written as JSON.parse and JSON.stringify do", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(writeJson(parseJson(text)))).toEqual(JSON.parse(text));
    }),
  );
});

test("both parsers agree with JSON.parse on what is JSON", () => {
  const scraps = fc.string({ unit: fc.constantFrom(...'[]{},:"\\u0 1.e-tfn', "true", "null"), maxLength: 12 });
  fc.assert(
    fc.property(scraps, (text) => {
      expect(isJson(parseJson, text)).toBe(isJson(JSON.parse, text));
      if (!text.includes('"')) expect(isJson(parseJsonWithUniqueKeys, text)).toBe(isJson(JSON.parse, text));
    }),
    { numRuns: 2000 },
  );
});

function isJson(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof SyntaxError) return false;
    throw error;
  }
}

describe("errors say where", () => {
  test.each([
    ['{"a":1,}', 'Unexpected "}" in JSON at position 7'],
    ["[1,", "Unexpected end of JSON at position 3"],
    ["", "Unexpected end of JSON at position 0"],
    ["nul", 'Unexpected "n" in JSON at position 0'],
    ["[1] 2", 'Unexpected "2" in JSON at position 4'],
    ["[01.0]", 'Unexpected "1" in JSON at position 2'],
    ['["a\nb"]', "Bad string in JSON at position 1"],
    ["{a:1}", 'Unexpected "a" in JSON at position 1'],
  ])("%s: %s", (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });

  test("a key that is there twice, for those who mind", () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(() => parseJsonWithUniqueKeys('{"a":1,"a":2}')).toThrow("Duplicate key in JSON at position 7");
  });
});

describe("depth", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  test("up to the limit", () => {
    expect(writeJson(parseJson(nested(depthLimit)))).toBe(nested(depthLimit));
  });

  test.each([[depthLimit + 1], [1_000_000]])("%i levels are refused before anything is built", (depth) => {
    expect(() => parseJson(nested(depth))).toThrow("nested more than 1000 levels deep at position 1000");
  });

  test("brackets in strings do not count", () => {
    const text = JSON.stringify(`\\"${"[".repeat(5000)}`);
    expect(writeJson(parseJson(text))).toBe(text);
  });

  test("a value that grew too deep is not written", () => {
    const value = Array.from({ length: depthLimit + 1 }).reduce<readonly unknown[]>((inner) => [inner], []);
    expect(() => writeJson(JSON.parse(JSON.stringify(value)))).toThrow("nested more than 1000 levels deep");
  });
});

describe("keys that a plain object would mistake", () => {
  const text = '{"__proto__":{"polluted":1},"constructor":1.0,"toString":2}';

  test("are data, in both parsers", () => {
    for (const variant of [text, text.replace("1.0", "1")]) {
      const value = parseJson(variant);
      expect(writeJson(value)).toBe(variant);
      expect(isObject(value) && property(value, "toString")).toBe(2);
      expect(isObject(value) && property(value, "valueOf")).toBeUndefined();
      expect(Reflect.get({}, "polluted")).toBeUndefined();
    }
  });

  test("survive building and changing", () => {
    const built = objectOf([
      ["__proto__", 1],
      ["a", 2],
    ]);
    expect(writeJson(withProperty(built, "__proto__", 3))).toBe('{"__proto__":3,"a":2}');
    expect(Object.getPrototypeOf(withProperty(built, "__proto__", {}))).toBe(Object.prototype);
  });
});

describe("keys keep their order, also those that look like numbers", () => {
  const text = '{"b":1,"2":{"z":0,"1":[]},"a":2,"0":3}';

  test("when read, written, changed and built", () => {
    const value = parseJson(text);
    expect(writeJson(value)).toBe(text);
    if (!isObject(value)) throw new Error("unexpected");
    expect(writeJson(withProperty(value, "2", null))).toBe('{"b":1,"2":null,"a":2,"0":3}');
    expect(writeJson(withProperty(value, "1", null))).toBe('{"b":1,"2":{"z":0,"1":[]},"a":2,"0":3,"1":null}');
    expect(writeJson(withProperty({ b: 1 }, "1", null))).toBe('{"b":1,"1":null}');
    expect(
      writeJson(
        objectOf([
          ["x", 1],
          ["7", 2],
          ["__proto__", 3],
        ]),
      ),
    ).toBe('{"x":1,"7":2,"__proto__":3}');
    expect(writeJson(value)).toBe(text);
    expect(value).toEqual(JSON.parse(text));
  });

  test("JSON.stringify by mistake loses the order and nothing else", () => {
    expect(JSON.parse(JSON.stringify(parseJson('{"b":1.0,"1":[2.0]}')))).toEqual({ b: 1, 1: [2] });
  });
});

test("equal values", () => {
  expect(sameValue(parseJson('{"a":[1.0],"b":null}'), parseJson('{"b":null,"a":[1]}'))).toBe(true);
  expect(sameValue(parseJson("1e400"), parseJson("1e401"))).toBe(false);
  expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
  expect(sameValue([], {})).toBe(false);
  expect(toNumber(new ExactNumber("1.50"))).toBe(1.5);
});
