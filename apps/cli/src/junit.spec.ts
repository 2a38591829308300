import { describe, expect, it } from '@jest/globals';
import { validateXML } from 'xmllint-wasm';
import { junitReport } from './junit.js';
import type { TestRun } from './test-run.js';

/** What readers of JUnit XML (Jenkins, GitLab, GitHub's actions) agree on, of what is written here. */
const SCHEMA = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:attributeGroup name="counts">
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
  </xs:attributeGroup>
  <xs:complexType name="said"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string" use="required"/>
    <xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element>
  <xs:element name="testcase"><xs:complexType>
    <xs:choice minOccurs="0"><xs:element name="failure" type="said"/><xs:element name="error" type="said"/></xs:choice>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="classname" type="xs:string" use="required"/>
    <xs:attribute name="file" type="xs:string"/>
  </xs:complexType></xs:element>
</xs:schema>`;

async function problemsOf(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'it.xml', contents: xml }], schema: [SCHEMA] });
  return errors.map(({ message }) => message);
}

const run: TestRun = {
  trials: [
    {
      file: 'triggers/cart.yaml',
      trigger: 'cart',
      examples: [
        { name: 'buys <in> "time" & more' },
        { name: 'odd \u0000\ud800 name', failure: ['expected  no message', 'got  mail at 1h'] },
      ],
    },
    { file: 'triggers/none.yaml', trigger: 'none', examples: [] },
  ],
  problems: ['a.yaml:1:1  kind: must be \u001btrigger'],
};

describe('junitReport', () => {
  it('is what readers of JUnit XML expect, whatever the names', async () => {
    expect(await problemsOf(junitReport(run))).toEqual([]);
    expect(await problemsOf(junitReport({ trials: [], problems: [] }))).toEqual([]);
    expect(await problemsOf('<testsuites name="x"/>')).not.toEqual([]);
  });

  it('counts and tells what failed', () => {
    const xml = junitReport(run);
    expect(xml).toContain('<testsuites name="tripline test" tests="3" failures="1" errors="1" skipped="0">');
    expect(xml).toContain('<testsuite name="cart" tests="2" failures="1" errors="0" skipped="0">');
    expect(xml).toContain('buys &lt;in> &quot;time&quot; &amp; more');
    expect(xml).toMatch(/<failure message="expected {2}no message&#xA;got {2}mail at 1h" type="unexpected"/);
    expect(xml).toContain('odd \ufffd\ufffd name');
  });
});
