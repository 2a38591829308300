import { planOf, simulate } from './simulate.js';
const [from = '1', count = '20', lines = '0', grep = ''] = process.argv.slice(2);
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const o = await simulate(planOf(seed));
  if (Number(lines) > 0) console.log(o.last.filter((l) => l.includes(grep)).slice(-Number(lines)).join('\n'));
  if (Number(lines) > 0) console.log(o.evidence);
  if (o.broken.length > 0) console.log(seed, o.steps, o.hash.slice(0, 12), o.firings, o.broken.slice(0, 6));
}
