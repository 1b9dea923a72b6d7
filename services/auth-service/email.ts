import { z } from 'zod';

/** An e-mail address as accounts keep it: trimmed, in lower case. The same rule as in the contracts. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('must be an e-mail address such as ada@example.org'));
