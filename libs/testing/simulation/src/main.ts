import { planOf, simulate } from './simulate.js';
const [from = '1', count = '20'] = process.argv.slice(2);
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const began = Date.now();
  const o = await simulate(planOf(seed));
  console.log(seed, o.steps, o.hash.slice(0, 12), o.firings, `${Date.now() - began} ms`, o.broken.slice(0, 4));
}
