import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Clean up, in the night to Sunday',
  schedule: { weekly: { on: 'sunday', at: '02:00' } },
  tasks: {
    clear_old_records: [],
  },
});
