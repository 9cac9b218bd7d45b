import { z } from 'zod';
import { auditRecord } from './audit-record.ts';
import { procedure } from './procedure.ts';

const rotate = procedure({
  name: 'secrets.rotate',
  method: 'POST',
  path: '/admin/v1/secrets/rotate',
  summary: 'Make a new key for the stored credentials, and seal every one of them with it.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject({}),
  output: z.object({ sealed: z.int().describe('How many entries were sealed anew.') }).meta({ title: 'Rotation' }),
  run: async (context) => {
    const told = {
      procedure: 'secrets.rotate',
      subject: 'vault.key',
      summary: 'made a new key for stored credentials',
    };
    return { sealed: await context.configuration.rotateVault(auditRecord(context, told)) };
  },
});

export const secrets = [rotate] as const;
