import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_invoice_issued', 'Announce an invoice', (s) => ({
  subject: `Invoice for ${s.year}: ${money(s.fee)}`,
  text: `The invoice for what you owe for ${s.year} is in the register: ${money(s.fee)}, due on ${day(s.due_on)}.`,
}));
