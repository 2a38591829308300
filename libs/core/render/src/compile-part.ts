import { accept, refuse, type JsonObject, type Parsed } from '@tripline/kernel';
import { Context, type Liquid, type Template as LiquidTemplate } from 'liquidjs';
import { CompiledCache } from './compiled-cache.js';
import { engineFor, RENDER_STEPS_MAX } from './liquid-engines.js';
import type { Part } from './template-parts.js';

/** Characters of source whose compiled form is kept, over all templates of the process. */
export const CACHE_SOURCE_LENGTH_MAX = 10_000_000;
/** What a library says about an error is cut here. */
const DETAIL_LENGTH_MAX = 300;

const cache = new CompiledCache<readonly LiquidTemplate[]>(CACHE_SOURCE_LENGTH_MAX);

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, DETAIL_LENGTH_MAX);

/** Compiles one part, or takes it from the cache; a syntax error names the part, the line and the column. */
export function compilePart(part: Part): Parsed<readonly LiquidTemplate[]> {
  const key = `${part.escaping}\u0000${part.source}`;
  const known = cache.get(key);
  if (known !== undefined) return accept(known);
  try {
    const compiled = engineFor(part.escaping).parse(part.source);
    cache.set(key, compiled, part.source.length + 1);
    return accept(compiled);
  } catch (error) {
    return refuse({ path: part.field, message: detailOf(error) });
  }
}

/** Renders one part with exactly these variables, within the limits; a variable that is not there is a problem, never an empty place. */
export function renderPart(part: Part, scope: JsonObject): Parsed<string> {
  const compiled = compilePart(part);
  if (!compiled.ok) return compiled;
  const engine = engineFor(part.escaping);
  try {
    return accept(String(engine.renderSync([...compiled.value], contextOf(engine, scope)) as unknown));
  } catch (error) {
    return refuse({ path: part.field, message: detailOf(error) });
  }
}

/** The library itself limits only time; counting the steps it checks the time at gives the same verdict on every machine. */
function contextOf(engine: Liquid, scope: JsonObject): Context {
  const context = new Context(scope, engine.options, { sync: true }, { liquid: engine });
  const { renderLimit } = context;
  const checkTime = renderLimit.check.bind(renderLimit);
  let steps = 0;
  renderLimit.check = (now) => {
    steps += 1;
    if (steps > RENDER_STEPS_MAX) throw new Error(`more than ${RENDER_STEPS_MAX} steps`);
    checkTime(now);
  };
  return context;
}

/** The names of the variables a part reads and does not set itself. */
export function variablesOf(part: Part): Parsed<readonly string[]> {
  const compiled = compilePart(part);
  if (!compiled.ok) return compiled;
  const { globals } = engineFor(part.escaping).analyzeSync([...compiled.value], { partials: false });
  return accept(Object.keys(globals));
}
