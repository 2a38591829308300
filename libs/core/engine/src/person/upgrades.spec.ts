import { describe, expect, it } from '@jest/globals';
import { encodeUtf8 } from '@tripline/kernel';
import { decodePerson, encodePerson, unpackPerson } from './person-codec.js';

/** As the builds that wrote form 3 left it. */
const FORM_3 =
  '[3,1767225600005,1,1767225600000,{"plan":"gold"},[25195884,13499608,40312674,64084784,100221114,23357547],[1,2],' +
  '[["abandoned-cart",1,"c2","m1",0,0,995,995,null,3600995,3610995,0,[[0,995,5,0,1,"m1",{"value":49}]]]],' +
  '[["abandoned-cart","s0q3fpmg","c1",352801995,[1995],0]],[],[],{}]';

describe('a person in form 3', () => {
  const person = decodePerson(encodeUtf8(FORM_3));

  it('is read as it was', () => {
    expect(person.messages).toEqual({
      since: 1_767_225_600_005,
      current: [1_690_867_166_215_384, 2_705_337_821_027_120, 6_725_725_132_712_043],
      before: [2 ** 26 + 2],
    });
    expect(person.traits).toEqual({ plan: 'gold' });
    expect(person.runs).toMatchObject([{ key: 'c2', deadline: 1_767_229_201_000, facts: [{ id: 'm1', kept: { value: 49 } }] }]);
    expect(person.remembered).toMatchObject([{ key: 'c1', times: [1_767_225_602_000] }]);
  });

  it('is read from a handoff too, and written in the form of now', () => {
    expect(unpackPerson(JSON.parse(FORM_3))).toEqual(person);
    expect(decodePerson(encodePerson(person))).toEqual(person);
  });
});
