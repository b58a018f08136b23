import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Statement of the month, on its last day',
  schedule: { monthly: { day: 31, at: '12:00' } },
  tasks: {
    month_end_statement: [],
  },
});
