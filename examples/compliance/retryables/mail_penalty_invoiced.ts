import { notice } from '../lib/notice.js';

export default notice('mail_penalty_invoiced', 'Announce the invoice of a penalty', (s) => ({
  subject: `Invoice of the penalty for ${s.year}`,
  text: `The penalty on your late payment for ${s.year} has been invoiced. You find it in the register.`,
}));
