import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@plaza/testkit';
import { apiKey, startScriptedApi, type ScriptedApi } from '../test/scripted-api.js';
import type { Said } from './command-line.js';
import { keysCommand, usage } from './keys-command.js';

let scripted: ScriptedApi;
beforeAll(async () => {
  scripted = await startScriptedApi();
});
afterAll(() => scripted.stop());

const keys = (...args: string[]): Promise<Said> => keysCommand([...args, '--url', scripted.api.url()], apiKey);

describe('keys-cli', () => {
  test('makes a key that works, lists it without its secret, and takes it back', async () => {
    const made = await keys('create', '--name', 'figures', '--scopes', 'figures:read, keys:write');
    expect(made).toMatchObject({ code: 0, err: '' });
    const [line = '', key = ''] = made.out.trim().split('\n');
    const [id = ''] = line.split('  ');
    expect(line).toMatch(/^[0-9a-f]{16} {2}\S+Z {2}figures:read,keys:write {2}figures$/);

    const listed = await keysCommand(['list', '--url', scripted.api.url()], key);
    expect(listed.code).toBe(0);
    expect(listed.out).toContain(line);
    expect(listed.out).not.toContain(key);

    expect(await keys('delete', id)).toEqual({ code: 0, out: `deleted ${id}\n`, err: '' });
    expect(await keys('delete', id)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('404: there is no such key') });
  });

  test.each([
    [[], 'what is to be done?'],
    [['forget'], 'there is no forget'],
    [['delete'], 'delete needs the id of a key'],
    [['create', '--name', 'x'], 'create needs --name and --scopes'],
    [['create', '--scopes', 'keys:write'], 'create needs --name and --scopes'],
    [['create', '--name', 'x', '--scopes', 'keys:write,'], 'create needs --name and --scopes'],
    [['list', 'all'], 'too many arguments'],
    [['delete', 'a', 'b'], 'too many arguments'],
    [['list', '--loud'], 'loud'],
    [['list', '--url', 'here'], '--url here is no http address'],
  ])('%j is not understood, and how it is used is said', async (args, why) => {
    const { code, out, err } = await keysCommand(args, apiKey);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
    expect(err).toContain(usage);
  });

  test('without PLAZA_API_KEY nothing is asked', async () => {
    expect(await keysCommand(['list'], '')).toMatchObject({ code: 2, err: expect.stringContaining('PLAZA_API_KEY is not set') });
  });

  test.each([
    ['a scope that there is not', ['create', '--name', 'x', '--scopes', 'rooms:eat'], '400: body field scopes.0'],
    ['an id that is none', ['delete', '../rooms'], '400: path field key'],
  ])('%s is refused by the server, which says why', async (_, args, why) => {
    expect(await keys(...args)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(why) });
  });

  test('a wrong key', async () => {
    const said = await keysCommand(['list', '--url', scripted.api.url()], 'wrong');
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('401:') });
  });

  test('a server that is not there', async () => {
    const said = await keysCommand(['list', '--url', `http://127.0.0.1:${await freePort()}`], apiKey);
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot be reached: ') });
  });
});
