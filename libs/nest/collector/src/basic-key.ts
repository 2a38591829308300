/** The user name of a Basic `Authorization`, which is the write key; undefined where there is none. The password is not looked at. */
export function keyOf(authorization: string | undefined): string | undefined {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'basic' || credentials === '') return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0];
}
