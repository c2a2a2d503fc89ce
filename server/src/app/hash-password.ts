import { checkStrength } from '../auth/password-strength.ts';
import { checkPassword, Passwords } from '../auth/passwords.ts';

/** The bcrypt hash of a password, as the setting `users` holds it. @throws USER_INVALID */
export async function hashPassword(password: string): Promise<string> {
  const checked = checkPassword(password);
  await checkStrength(checked, '');
  return await new Passwords().hash(checked);
}
