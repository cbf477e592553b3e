/** What a wrong or missing setting gets, and who overrides whom. */
import { expect } from 'chai';
import { definePlugin, type LivestreamsError, Type } from '#plugin-api';
import { checkConfig, loadConfig, type Settings } from './config.ts';

const hello = definePlugin({
  name: 'hello',
  description: 'Says hello.',
  config: Type.Object({
    port: Type.Integer({
      default: 1935,
      minimum: 1,
      maximum: 65535,
      env: 'LIVESTREAMS_HELLO_PORT',
      description: 'Port.',
    }),
    words: Type.Array(Type.String(), { default: ['hello'], env: 'LIVESTREAMS_HELLO_WORDS', description: 'Words.' }),
    token: Type.String({ default: 'long-enough', minLength: 8, description: 'A secret.' }),
    limits: Type.Object(
      { loud: Type.Boolean({ default: false, env: 'LIVESTREAMS_HELLO_LOUD', description: 'Loudness.' }) },
      { default: {}, description: 'Limits.' },
    ),
  }),
});

function refusal(settings: unknown, env: Record<string, string> = {}): string {
  try {
    checkConfig(settings as Settings, env);
  } catch (error) {
    expect((error as LivestreamsError).code).to.equal('LS_CONFIG_INVALID');
    return (error as Error).message;
  }
  throw new Error('the settings were accepted');
}

describe('configuration', () => {
  it('has a default for everything', () => {
    const config = checkConfig({}, {});
    expect(config).to.include({
      host: '0.0.0.0',
      httpPort: 8080,
      publicUrl: 'http://localhost:8080',
      databaseUrl: null,
      redisUrl: null,
    });
    expect(config.dataDir).to.equal(`${process.cwd()}/data`);
    expect(config.plugins).to.deep.equal([]);
  });

  it('lets the environment override the file, and the file the defaults', () => {
    const env = {
      LIVESTREAMS_HTTP_PORT: '9000',
      DATABASE_URL: 'postgres://u:p@db/x',
      LIVESTREAMS_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      LIVESTREAMS_HELLO_PORT: '7',
      LIVESTREAMS_HELLO_WORDS: 'good,day',
      LIVESTREAMS_HELLO_LOUD: 'yes',
      LIVESTREAMS_HOST: '',
    };
    const settings: Settings = { host: '127.0.0.1', httpPort: 8081, plugins: [hello({ port: 5 })] };
    const config = checkConfig(settings, env);
    expect(config).to.include({ host: '127.0.0.1', httpPort: 9000, databaseUrl: 'postgres://u:p@db/x' });
    expect(config.trustedProxies).to.deep.equal(['10.0.0.0/8', '::1']);
    expect(config.plugins[0]?.config).to.deep.equal({
      port: 7,
      words: ['good', 'day'],
      token: 'long-enough',
      limits: { loud: true },
    });
    expect(settings.httpPort).to.equal(8081);
  });

  it('names each wrong setting: plugin, path, expected, found', () => {
    const message = refusal({ httpPort: '80', hots: 'x', plugins: [hello({ port: 0, words: [1] as never })] });
    expect(message.split('\n')).to.have.members([
      'Setting /httpPort: expected an integer, found "80".',
      'Setting /hots: is unknown; did you mean "host"?',
      'Plugin hello, setting /port: expected at least 1, found 0.',
      'Plugin hello, setting /words/0: expected a text, found 1.',
    ]);
  });

  it('names the variable that a wrong value came from', () => {
    expect(refusal({}, { LIVESTREAMS_HTTP_PORT: 'http' })).to.equal(
      'Setting /httpPort: expected an integer, found "http" (from LIVESTREAMS_HTTP_PORT).',
    );
  });

  it('never repeats a secret', () => {
    expect(refusal({ plugins: [hello({ token: 'short' })] }))
      .to.match(/\/token: expected at least 8 characters\.$/)
      .and.not.contain('short');
    expect(refusal({}, { DATABASE_URL: 'mysql://user:hunter2@db/x' })).not.to.contain('hunter2');
    expect(refusal({ ownerEmail: 'a@b.example', ownerPassword: 'shorty' })).not.to.contain('shorty');
  });

  it('takes a public address as an origin, with or without a slash at its end', () => {
    expect(checkConfig({ publicUrl: 'https://live.example/' }, {}).publicUrl).to.equal('https://live.example');
    expect(refusal({ publicUrl: 'https://live.example/tv' })).to.match(/publicUrl/);
    expect(refusal({ publicUrl: 'live.example' })).to.match(/publicUrl/);
  });

  it('refuses an owner without a password, and proxies that are no addresses', () => {
    expect(refusal({ ownerEmail: 'a@b.example' })).to.match(/both or neither/);
    expect(refusal({ trustedProxies: ['proxy.local'] })).to.match(/trustedProxies.*"proxy.local"/);
  });

  it('switches falsy plugins off, and refuses doubles, bad names, and plugins that were not called', () => {
    expect(checkConfig({ plugins: [false, undefined, '', hello()] }, {}).plugins).to.have.length(1);
    expect(refusal({ plugins: [hello(), hello()] })).to.equal('Plugin hello is listed twice.');
    expect(refusal({ plugins: [hello] })).to.match(/plugins\/0.*call it/);
    const odd = definePlugin({ name: 'Odd Name', description: '', config: Type.Object({}) });
    expect(refusal({ plugins: [odd()] })).to.match(/"Odd Name"/);
  });

  it('names the plugin whose schema cannot be used', () => {
    const config = Type.Object({ a: Type.String({ default: '', colour: 'red' }) });
    expect(refusal({ plugins: [definePlugin({ name: 'odd', description: '', config })()] })).to.match(
      /Plugin odd: the schema.*"colour"/,
    );
  });

  it('says which file cannot be read', async () => {
    const error = await loadConfig({ file: '/nowhere/livestreams.config.ts', env: {} }).catch(
      (thrown: Error) => thrown,
    );
    expect((error as Error).message).to.match(/^\/nowhere\/livestreams\.config\.ts cannot be read/);
  });
});
