/** What `tripline init` writes: a trigger that says something about each of its parts, the template it uses, and what to do with them. */
export const STARTER: readonly { readonly path: readonly string[]; readonly text: string }[] = [
  {
    path: ['triggers', 'second-look.yaml'],
    text: `# Looked at a product and put nothing in the cart for ten minutes: one mail about that product.
kind: trigger
name: second-look
purpose: marketing # needs consent; what a person has asked for (a receipt, a password) is transactional
topic: second-look # what a person can unsubscribe from
when: # a list is a sequence: this, and then that
  - { event: product.viewed, as: product } # product.name below is this event's property
  - { not: cart.item_added, for: 10m } # decided when the ten minutes are over, not by the next event
do:
  - id: mail # part of every message's id: never reuse one
    email: second-look # the template
    with: { name: product.name }
    expires: 12h # if it could not be sent by then, it is not sent
exit:
  - { event: order.completed } # ends the run, and takes the mail back while it is held
goal: { event: cart.item_added, within: 1d } # what the mail is for, and is measured by
limit: { runs: 1, per: 7d } # a person hears this once a week at most
examples: # npx tripline test plays them
  - name: looks and leaves
    events:
      - { at: 0s, event: product.viewed, properties: { name: Lamp } }
    expect: [{ at: 10m, step: mail }]
  - name: puts it in the cart
    events:
      - { at: 0s, event: product.viewed, properties: { name: Lamp } }
      - { at: 9m, event: cart.item_added }
    expect: []
`,
  },
  {
    path: ['templates', 'second-look.yaml'],
    text: `# Liquid. What it needs beside the person is declared: a message that lacks it is not sent.
kind: template
name: second-look
channel: email
needs: { name: string }
subject: 'Still thinking about {{ name }}?'
text: |
  Hello {{ user.name | default: "there" }},

  {{ name }} is still here.
`,
  },
  {
    path: ['README.md'],
    text: `# Triggers

Try them with \`npx tripline test .\`, or on recorded events with \`npx tripline replay --trigger triggers --events events.jsonl\`; publish them with \`npx tripline apply -f .\`.
`,
  },
];
