import { defineConfig } from "@medusajs/framework/utils"

const env = process.env
const redisUrl = env.REDIS_URL
const workerMode = (env.MEDUSA_WORKER_MODE || "shared") as "shared" | "worker" | "server"

/** Without Valkey, Medusa keeps sessions, events and locks in memory: for one replica only. */
const sharedState = redisUrl
  ? [
      { resolve: "@medusajs/medusa/cache-redis", options: { redisUrl } },
      { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl } },
      { resolve: "@medusajs/medusa/workflow-engine-redis", options: { redis: { redisUrl } } },
      {
        resolve: "@medusajs/medusa/locking",
        options: {
          providers: [
            {
              resolve: "@medusajs/medusa/locking-redis",
              id: "locking-redis",
              is_default: true,
              options: { redisUrl },
            },
          ],
        },
      },
    ]
  : []

/** What is uploaded goes to /app/static, and is served below the shop's own address. */
const uploads = {
  resolve: "@medusajs/medusa/file",
  options: {
    providers: [
      {
        resolve: "@medusajs/medusa/file-local",
        id: "local",
        options: { backend_url: `${env.MEDUSA_BACKEND_URL || "http://localhost:9000"}/static` },
      },
    ],
  },
}

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: env.DATABASE_URL,
    databaseDriverOptions: {
      connection: { ssl: env.DATABASE_SSL === "true" ? { rejectUnauthorized: true } : false },
    },
    redisUrl,
    workerMode,
    // In production mode the session cookie is Secure, and over plain http nobody could sign in.
    cookieOptions: env.COOKIE_SECURE === "false" ? { secure: false, sameSite: "lax" } : undefined,
    http: {
      storeCors: env.STORE_CORS || "",
      adminCors: env.ADMIN_CORS || "",
      authCors: env.AUTH_CORS || "",
      jwtSecret: env.JWT_SECRET,
      cookieSecret: env.COOKIE_SECRET,
    },
  },
  admin: {
    disable: env.DISABLE_MEDUSA_ADMIN === "true" || workerMode === "worker",
    // the admin is built with the image, so it can only call the address that it came from
    backendUrl: "/",
    path: "/app",
  },
  modules: [uploads, ...sharedState],
})
