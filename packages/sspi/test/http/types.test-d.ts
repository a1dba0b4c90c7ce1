import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { HttpBindings } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { Agent } from "undici";
import { expectTypeOf, it } from "vitest";
import {
  expressSignOn,
  fastifySignOn,
  honoSignOn,
  type NegotiateFetch,
  type NegotiateInterceptor,
  nodeSignOn,
  type SignedOnUser,
  type SignOn,
  type SignOnVariables,
  serveSignedOn,
} from "../../src/http/index.ts";

declare const signOn: SignOn;
declare const interceptor: NegotiateInterceptor;

it("every framework takes its adapter as it is, and the user has a type behind it", () => {
  new Hono<{ Bindings: HttpBindings; Variables: SignOnVariables }>()
    .use(honoSignOn(signOn))
    .get("/", (context) => {
      expectTypeOf(context.get("user")).toEqualTypeOf<SignedOnUser>();
      return context.text("");
    });
  express().use("/intranet", expressSignOn(signOn));
  fastify().addHook("onRequest", fastifySignOn(signOn));
  createServer(
    nodeSignOn(
      signOn,
      (request: IncomingMessage & { user: SignedOnUser }, response: ServerResponse, user) => {
        expectTypeOf(request.user).toEqualTypeOf<SignedOnUser>();
        expectTypeOf(user).toEqualTypeOf<SignedOnUser>();
        response.end();
      },
    ),
  );
  serveSignedOn(createTlsServer(), signOn, (request, response) => {
    expectTypeOf(request.user).toEqualTypeOf<SignedOnUser>();
    expectTypeOf(response.writeContinue).toBeFunction();
  });
  new Agent().compose(interceptor);
});

it("the client is a fetch", () => {
  expectTypeOf<NegotiateFetch>().toExtend<
    (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  >();
});
