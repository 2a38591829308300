import { describe, expect, test } from '@jest/globals';
import { parseTemplate, type Template } from '@tripline/model';
import fc from 'fast-check';
import { previewTemplate, renderMessage, type Facts } from './render-message.js';

const template = (fields: Record<string, unknown>): Template => {
  const parsed = parseTemplate({ kind: 'template', name: 't', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
};
const email = (fields: Record<string, unknown> = {}): Template =>
  template({ channel: 'email', subject: 'Your cart', text: 'Hello', ...fields });
const facts = (user: Facts['user'] = {}, data: Facts['data'] = {}): Facts => ({ user, data });
const rendered = (t: Template, f: Facts) => {
  const result = renderMessage(t, f);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};
const problems = (t: Template, f: Facts) => {
  const result = renderMessage(t, f);
  return result.ok ? [] : result.problems;
};

describe('renderMessage', () => {
  test('fills every part with the traits and the declared needs', () => {
    const t = email({
      needs: { items: 'list', total: 'number' },
      subject: '{{ user.name }}, {{ items | size }} things wait',
      text: '{% for item in items %}{{ item.sku }} {% endfor %}= {{ total }}',
      html: '<b>{{ user.name }}</b>',
      from: 'Shop <shop@shop.example>',
    });
    expect(rendered(t, facts({ name: 'Ada' }, { items: [{ sku: 'a' }, { sku: 'b' }], total: 30.5 }))).toEqual({
      channel: 'email',
      subject: 'Ada, 2 things wait',
      text: 'a b = 30.5',
      html: '<b>Ada</b>',
      from: 'Shop <shop@shop.example>',
    });
  });

  test('escapes in html and nowhere else', () => {
    const t = email({ subject: '{{ user.name }}', text: '{{ user.name }}', html: '<p>{{ user.name }}</p>' });
    const name = `<script>"x" & 'y'</script>`;
    const out = rendered(t, facts({ name }));
    expect(out.text).toBe(name);
    expect(out.subject).toBe(name);
    expect(out.html).toBe('<p>&lt;script&gt;&#34;x&#34; &amp; &#39;y&#39;&lt;/script&gt;</p>');
  });

  test('a trait with line breaks stays one line in the subject', () => {
    expect(rendered(email({ subject: 'Hi {{ user.name }}' }), facts({ name: 'a\r\nBcc: x@y.z' })).subject).toBe(
      'Hi a Bcc: x@y.z',
    );
  });

  test.each([
    ['missing', {}, 'is missing'],
    ['null', { n: null }, 'is missing'],
    ['of another type', { n: '3' }, 'must be of type number'],
  ])('refuses a need that is %s, and renders nothing', (_, data, message) => {
    expect(problems(email({ needs: { n: 'number' } }), facts({}, data))).toEqual([{ path: 'needs.n', message }]);
  });

  test.each([
    ['string', 'x', 1],
    ['number', 1, '1'],
    ['boolean', false, 0],
    ['list', [], {}],
    ['object', {}, []],
  ])('a need of type %s takes %j and not %j', (need, right, wrong) => {
    const t = email({ needs: { n: need } });
    expect(problems(t, facts({}, { n: right }))).toEqual([]);
    expect(problems(t, facts({}, { n: wrong }))).toHaveLength(1);
  });

  test('a variable that is not there refuses the message and names the part', () => {
    expect(problems(email({ html: '<p>{{ user.nmae }}</p>' }), facts({ name: 'Ada' }))).toEqual([
      { path: 'html', message: expect.stringContaining('user.nmae') },
    ]);
  });

  test('default and if are how a template says that a trait may be missing', () => {
    const t = email({ text: '{{ user.name | default: "there" }}{% if user.vip %}!{% endif %}' });
    expect(rendered(t, facts()).text).toBe('there');
  });

  test('data that is not declared cannot be reached, and a need never shadows the traits', () => {
    expect(problems(email({ text: '{{ secret }}' }), facts({}, { secret: 's' }))).toHaveLength(1);
    expect(
      rendered(email({ needs: { user: 'any' }, text: '{{ user.name }}' }), facts({ name: 'Ada' }, { user: { name: 'Eve' } }))
        .text,
    ).toBe('Ada');
  });

  test('nothing inherited can be reached', () => {
    for (const path of ['constructor.name', '__proto__.x', 'toString'])
      expect(problems(email({ text: `{{ user.${path} }}` }), facts({ name: 'Ada' }))).toHaveLength(1);
  });

  test('a part that comes out empty refuses the message', () => {
    expect(problems(template({ channel: 'sms', text: '{% if user.vip %}hi{% endif %} ' }), facts())).toEqual([
      { path: 'text', message: 'came out empty' },
    ]);
  });

  test.each([
    ['a loop without end', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['loops in loops', '{% for i in (1..999) %}{% for j in (1..999) %}{% endfor %}{% endfor %}'],
    ['text that doubles', `{% assign x = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}{{ x }}`],
  ])('%s meets a limit', (_, text) => {
    expect(problems(email({ text }), facts())).toEqual([{ path: 'text', message: expect.stringMatching(/limit|more than/) }]);
  });

  test('the steps are counted, so that the verdict does not hang on the speed of the machine', () => {
    const loop = (turns: number): Template => email({ text: `{% for i in (1..${turns}) %}x{% endfor %}` });
    expect(problems(loop(40_000), facts())).toEqual([]);
    expect(problems(loop(60_000), facts())).toEqual([
      { path: 'text', message: expect.stringContaining('more than 100000 steps') },
    ]);
  });

  test('an SMS longer than the providers take is refused', () => {
    const t = template({ channel: 'sms', text: '{{ user.bio }}' });
    expect(problems(t, facts({ bio: 'x'.repeat(1_600) }))).toEqual([]);
    expect(problems(t, facts({ bio: 'x'.repeat(1_601) }))).toHaveLength(1);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'https://', '/\\evil.example', 'shop'])(
    'a web message does not link to %s',
    (url) => {
      expect(problems(template({ channel: 'web', text: 'x', url: '{{ user.url }}' }), facts({ url }))).toHaveLength(1);
    },
  );

  test.each(['https://shop.example/cart?x=1', '/cart'])('a web message may link to %s', (url) => {
    expect(rendered(template({ channel: 'web', text: 'x', url }), facts()).url).toBe(url);
  });

  describe('a webhook body', () => {
    const hook = (body: string): Template =>
      template({ channel: 'webhook', url: 'https://crm.example/in', secret: 'crm', needs: { v: 'any' }, body });

    test('stays JSON whatever a value holds, inside quotes, bare and by the json filter', () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (v) => {
          const out = rendered(hook('{"a":"{{ v }}","b":{{ v | json }},"c":[{{ v | size }}]}'), facts({}, { v }));
          expect(JSON.parse(out.text!)).toEqual({ a: v, b: v, c: [v.length] });
        }),
      );
    });

    test('takes objects as they are', () => {
      const v = { x: [1, 'two', null, true] };
      expect(JSON.parse(rendered(hook('{"a":{{ v }}}'), facts({}, { v })).text!)).toEqual({ a: v });
    });

    test('that is not JSON refuses the message', () => {
      expect(problems(hook('{"a": {{ v }}'), facts({}, { v: 1 }))).toEqual([
        { path: 'body', message: 'did not come out as JSON' },
      ]);
    });

    test('may be left out', () => {
      const t = template({ channel: 'webhook', url: 'https://crm.example/in', secret: 'crm' });
      expect(rendered(t, facts())).toEqual({ channel: 'webhook', url: 'https://crm.example/in', secret: 'crm' });
    });
  });

  test('no value crashes it', () => {
    const t = email({ text: '{{ user }} {{ user.a | upcase | date: "%Y" }}', html: '{{ user.a }}' });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (user) => {
        expect(typeof renderMessage(t, facts(user as Facts['user'])).ok).toBe('boolean');
      }),
    );
  });
});

describe('previewTemplate', () => {
  const t = email({ needs: { items: 'list', name: 'string', n: 'number' }, text: '{{ name }} {{ items | size }} {{ n }}' });

  test('shows a placeholder for what the sample lacks', () => {
    const result = previewTemplate(t, { data: { n: 7 } });
    expect(result.ok && result.value.text).toBe('[name] 0 7');
  });

  test('tells a wrong type in the sample', () => {
    expect(previewTemplate(t, { data: { n: 'x' } })).toEqual({
      ok: false,
      problems: [{ path: 'needs.n', message: 'must be of type number' }],
    });
  });
});
