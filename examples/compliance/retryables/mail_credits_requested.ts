import { notice } from '../lib/notice.js';

export default notice('mail_credits_requested', 'Confirm that credits were asked for', (s) => ({
  subject: `Your request for credits, ${s.year}`,
  text: `You stayed ${(s.allowance - s.emissions).toLocaleString('en-CA')} tonnes below your allowance in ${s.year} and asked for credits. We are looking at it.`,
}));
