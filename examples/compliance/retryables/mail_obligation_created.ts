import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_obligation_created', 'Tell an operator what a report makes it owe', (s) => ({
  subject: `What you owe for ${s.year}`,
  text: `Your emissions in ${s.year} exceeded your allowance. You owe ${money(s.fee)}, due on ${day(s.due_on)}.`,
}));
