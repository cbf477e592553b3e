/** The API's document as TypeScript: what the pages may call, with what, and what they are answered. */
import openapiTypescript, { astToString } from 'openapi-typescript';

/** @param document OpenAPI 3.1, as JSON. */
export async function clientTypes(document: string): Promise<string> {
  // Members with a default may be left out of a request, and are always there in an answer: `required` says which.
  const types = await openapiTypescript(document, { alphabetize: true, defaultNonNullable: false });
  return `/** The API as the running server documents it. Made by \`scripts/reference.ts\`. */\n${astToString(types)}`;
}
