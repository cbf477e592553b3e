/** The list of all typed routes: who registered which, and that no two answer the same. */
import type { TObject, TSchema } from 'typebox';
import type { Role, RouteDefinition, Routes } from '#plugin-api';
import { pluginInvalid } from '../errors.ts';

export interface RegisteredRoute {
  /** `core`, or the plugin's name. */
  owner: string;
  definition: RouteDefinition;
}

/** Core's things that a plugin may hang its own below: `/streams/:id/targets`. */
const OPEN_THINGS = 'streams|sessions|assets|jobs|organizations';

export class RouteTable implements Routes {
  readonly #routes = new Map<string, RegisteredRoute>();

  get all(): RegisteredRoute[] {
    return [...this.#routes.values()];
  }

  /** Registers a route of core. Throws `LS_PLUGIN_INVALID` where method and path are taken. */
  route<A extends Role | 'anyone', P extends TObject, Q extends TObject, B extends TSchema>(
    definition: RouteDefinition<A, P, Q, B>,
  ): void {
    this.#add('core', definition as unknown as RouteDefinition);
  }

  /** Where a plugin registers its routes: below `/<plugin>` or what else it states, or below one of core's things. */
  forPlugin(plugin: string, paths: readonly string[] = []): Routes {
    const own = [plugin, ...paths];
    const allowed = new RegExp(`^/((${own.join('|')})(/|$)|(${OPEN_THINGS})/:[a-z_]+/[a-z])`);
    return {
      route: (definition) => {
        if (!allowed.test(definition.path)) {
          throw pluginInvalid(
            `Plugin ${plugin} registers ${definition.method} ${definition.path}; its routes must be below ${own.map((path) => `/${path}`).join(' or ')}, ` +
              `or below one thing of core's, as in /streams/:id/…`,
          );
        }
        this.#add(plugin, definition as unknown as RouteDefinition);
      },
    };
  }

  #add(owner: string, definition: RouteDefinition): void {
    const { method, path } = definition;
    if (!/^(\/([a-z][a-z0-9_.-]*|:[a-z_]+))+$/.test(path)) {
      throw pluginInvalid(`The path ${path} of ${owner} must be made of lower-case words and :parameters.`);
    }
    checkParameters(owner, definition);
    // Two parameters at the same place match the same paths, whatever they are called.
    const place = `${method} ${path.replace(/:[a-z_]+/g, ':')}`;
    const holder = this.#routes.get(place);
    if (holder) throw pluginInvalid(`${method} ${path} of ${owner} is already registered by ${holder.owner}.`);
    this.#routes.set(place, { owner, definition });
  }
}

function checkParameters(owner: string, { method, path, params }: RouteDefinition): void {
  const inPath = [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1]!).sort();
  const inSchema = Object.keys(params?.properties ?? {}).sort();
  if (inPath.join() === inSchema.join()) return;
  throw pluginInvalid(
    `${method} ${path} of ${owner} has the parameters [${inPath.join(', ')}] in its path, but its schema has [${inSchema.join(', ')}].`,
  );
}
