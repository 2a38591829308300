import { Liquid } from 'liquidjs';

/** How an output (`{{ … }}`) is written into a part: as it is, as HTML text, or as the inside of a JSON string (other values as JSON). */
export type Escaping = 'none' | 'html' | 'json';
export const ESCAPINGS = ['none', 'html', 'json'] as const satisfies readonly Escaping[];

/** One source past this many characters is refused at parsing. */
export const SOURCE_LENGTH_MAX = 500_000;
/** Tags, outputs and pieces of text rendered for one part; loops count every turn. */
export const RENDER_STEPS_MAX = 100_000;
/** Characters and list items that the filters and loops of one part may make. */
export const RENDER_MEMORY_MAX = 5_000_000;
/** The last resort against a part that the other limits let through. */
export const RENDER_TIME_MAX_MS = 2_000;

/** Nothing outside the template can be reached: no other file, no layout, nothing random. */
const FORBIDDEN_TAGS = ['include', 'render', 'layout', 'block'];
const FORBIDDEN_FILTERS = ['sample'];

/** The inside of a JSON string for text, so that `"{{ user.name }}"` is safe whatever the name is; JSON for everything else. */
export function escapeJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  const json = JSON.stringify(value);
  return typeof value === 'string' ? json.slice(1, -1) : json;
}

function makeEngine(escaping: Escaping): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    locale: 'en-US',
    parseLimit: SOURCE_LENGTH_MAX,
    memoryLimit: RENDER_MEMORY_MAX,
    renderLimit: RENDER_TIME_MAX_MS,
    templates: {},
    ...(escaping === 'html' ? { outputEscape: 'escape' as const } : {}),
    ...(escaping === 'json' ? { outputEscape: escapeJson } : {}),
  });
  for (const tag of FORBIDDEN_TAGS) delete engine.tags[tag];
  for (const filter of FORBIDDEN_FILTERS) delete engine.filters[filter];
  const json = { raw: escaping === 'json', handler: (value: unknown) => JSON.stringify(value ?? null) };
  for (const name of ['json', 'jsonify']) engine.registerFilter(name, json);
  return engine;
}

const engines: Readonly<Record<Escaping, Liquid>> = {
  none: makeEngine('none'),
  html: makeEngine('html'),
  json: makeEngine('json'),
};

export const engineFor = (escaping: Escaping): Liquid => engines[escaping];
