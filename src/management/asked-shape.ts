import { z } from 'zod';

/**
 * A field that is described by a schema but read by hand, because a sentence has to name what is wrong deep within it.
 * Whatever is given passes here.
 */
export function askedAs<Shape extends z.ZodType>(shape: Shape, description: string): z.ZodType<z.input<Shape>> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return z.any().meta({ ...JSON.parse(JSON.stringify(schema)), description });
}
