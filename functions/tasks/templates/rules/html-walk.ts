import { Tokenizer } from 'htmlparser2';

/** What is told of a document; names are in lower case. */
export interface HtmlVisitor {
  open(name: string, href: string): void;
  /** Also of elements that a parent's end closes. */
  close(name: string): void;
  /** Pieces of text with entities decoded; what belongs together may come in several. */
  text(piece: string): void;
}

/** Characters in a step. */
const STEP = 65_536;

const VOID = new Set(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr'.split(
    ' ',
  ),
);

/** Elements that are open, with an answer to "is one of this name open?" that does not walk them. */
class OpenElements {
  readonly #names: string[] = [];
  readonly #counts = new Map<string, number>();

  push(name: string): void {
    this.#names.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Takes off everything down to the innermost element of this name, innermost first; nothing when there is none. */
  *closeTo(name: string): Generator<string> {
    if ((this.#counts.get(name) ?? 0) === 0) return;
    for (let last = this.#names.pop(); last !== undefined; last = this.#names.pop()) {
      this.#counts.set(last, (this.#counts.get(last) ?? 0) - 1);
      yield last;
      if (last === name) return;
    }
  }
}

/**
 * Walks through HTML in time that grows with its length alone. The library's own parser looks through all open
 * elements at every tag, which takes it seconds for a template full of them. Stops between steps, so that a caller
 * with a long document can let others have their turn.
 */
export function* walkHtml(html: string, visitor: HtmlVisitor): Generator<undefined, void> {
  const elements = new OpenElements();
  let name = '';
  let attribute = '';
  let value = '';
  let href: string | undefined;
  const close = (closed: string): void => {
    for (const element of elements.closeTo(closed)) visitor.close(element);
  };
  const open = (): void => {
    // A link or a paragraph in another one ends that.
    if (name === 'a' || name === 'p') close(name);
    visitor.open(name, href ?? '');
    if (VOID.has(name)) visitor.close(name);
    else elements.push(name);
  };
  const nothing = (): void => undefined;
  const tokenizer = new Tokenizer(
    {},
    {
      onopentagname: (start, end) => {
        name = html.slice(start, end).toLowerCase();
        href = undefined;
      },
      onopentagend: open,
      onselfclosingtag: open,
      onclosetag: (start, end) => {
        const closed = html.slice(start, end).toLowerCase();
        if (closed === 'br') visitor.open('br', '');
        else close(closed);
      },
      onattribname: (start, end) => {
        attribute = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata: (start, end) => {
        value += html.slice(start, end);
      },
      onattribentity: (point) => {
        value += String.fromCodePoint(point);
      },
      onattribend: () => {
        if (attribute === 'href') href ??= value;
      },
      ontext: (start, end) => visitor.text(html.slice(start, end)),
      ontextentity: (point) => visitor.text(String.fromCodePoint(point)),
      oncomment: nothing,
      oncdata: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  );
  for (let start = 0; start < html.length; start += STEP) {
    tokenizer.write(html.slice(start, start + STEP));
    yield;
  }
  tokenizer.end();
}
