import { Lexer, Parser, type CST, type LineCounter } from 'yaml';

/** Things within things. Past this the library's recursion could take the process down with it. */
export const DEPTH_MAX = 64;
/** Fields of one object, items of one list. */
export const ITEMS_MAX = 2_000;
/** Comments, tags and anchors before one item. */
const BEFORE_MAX = 2_000;

/** Thrown where a text would take more time or stack than it is worth; `offset` is where. */
export class TooMuch extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** The tokens of a text, for the composer. The library composes recursively and looks for repeated keys in quadratic time: what is too deep or too wide ends here. */
export function* boundedTokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    check(parser.stack, offset);
    offset = Math.min(offset + lexeme.length, text.length);
  }
  yield* parser.end();
}

function check(stack: readonly CST.Token[], offset: number): void {
  if (stack.length > DEPTH_MAX) throw new TooMuch(`nested more than ${DEPTH_MAX} deep`, offset);
  const top = stack.at(-1);
  if (top === undefined) return;
  const items = 'items' in top ? top.items : [];
  if (items.length > ITEMS_MAX) throw new TooMuch(`more than ${ITEMS_MAX} items in one place`, offset);
  const before = items.at(-1)?.start ?? ('start' in top && Array.isArray(top.start) ? top.start : []);
  if (before.length > BEFORE_MAX) throw new TooMuch(`more than ${BEFORE_MAX} comments, tags and anchors in one place`, offset);
}
