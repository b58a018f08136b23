import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Archive, on 29 February or the 28th',
  schedule: { yearly: { month: 2, day: 29, at: '04:00' } },
  tasks: {
    archive_leap_year: [],
  },
});
