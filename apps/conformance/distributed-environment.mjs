/** Points a suite to the distributed installation of this run. */
if (process.env.MUNIMENT_TEST_LACKS) {
  const program = process.env.MUNIMENT_TEST_LACKS;
  throw new Error(`needs the program \`${program}\`: install the Debian package \`${program}\``);
}
const setting = (name) => process.env[`MUNIMENT_TEST_DISTRIBUTED_${name}`];
process.env.MUNIMENT_TEST_FORM = 'distributed';
process.env.MUNIMENT_TEST_ENDPOINT = setting('ENDPOINT');
for (const name of ['ACCOUNT_ID', 'ROOT_ACCESS_KEY_ID', 'ROOT_SECRET_ACCESS_KEY', 'ACCOUNTS']) {
  process.env[`MUNIMENT_${name}`] = setting(name);
}
