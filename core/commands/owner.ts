/** `livestreams owner …`: owners made and let in again by who has the server's machine. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Type } from '#plugin-api';
import { createOwner, resetPassword } from '../accounts/index.ts';
import type { Database } from '../db/database.ts';
import { compileCheck, explain } from '../schema.ts';
import { commandInvalid } from './errors.ts';

export interface OwnerOptions {
  email: string | undefined;
  name: string | undefined;
  /** Whether the password comes on standard input; else one is made, and told once. */
  passwordFromInput: boolean;
}

const check = compileCheck(
  Type.Object({
    email: Type.String({ format: 'email', maxLength: 254 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 8, maxLength: 200 }),
  }),
);

/** Makes an account that owns the oldest organization. Answers what to tell. Errors: `LS_COMMAND_INVALID`, `LS_ACCOUNT_EXISTS`. */
export async function ownerCreate({ kysely }: Database, options: OwnerOptions): Promise<string> {
  const owner = await read(options);
  await createOwner(kysely, owner);
  return `${owner.email} is an owner.${told(owner.password, options)}`;
}

/** Sets the password of an account and ends its logins. Answers what to tell. Errors: `LS_COMMAND_INVALID`, `LS_ACCOUNT_NOT_FOUND`. */
export async function ownerResetPassword({ kysely }: Database, options: OwnerOptions): Promise<string> {
  const { email, password } = await read(options);
  await resetPassword(kysely, email, password);
  return `The password of ${email} is changed, and all logins of the account have ended.${told(password, options)}`;
}

async function read({ email, name, passwordFromInput }: OwnerOptions) {
  if (email === undefined) throw commandInvalid('Whose account? Say --email <address>.');
  const password = passwordFromInput
    ? (await text(process.stdin)).replace(/\r?\n$/, '')
    : randomBytes(15).toString('base64url');
  const owner = { email, password, name: name ?? email.split('@')[0]! };
  const [mismatch] = check(owner);
  if (mismatch) throw commandInvalid(`${mismatch.pointer.slice(1)}: ${explain(mismatch)}.`);
  return owner;
}

function told(password: string, { passwordFromInput }: OwnerOptions): string {
  return passwordFromInput ? '' : `\nPassword: ${password}`;
}
