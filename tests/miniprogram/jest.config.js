/** Logic on plain node; components in a document, on what WeChat ships of itself. */
module.exports = {
  testTimeout: 30000,
  projects: [
    { displayName: 'unit', rootDir: __dirname, testEnvironment: 'node', testMatch: ['<rootDir>/unit/**/*.test.js'] },
    {
      displayName: 'component',
      rootDir: __dirname,
      testEnvironment: 'jsdom',
      testEnvironmentOptions: { url: 'https://jest.test' },
      testMatch: ['<rootDir>/component/**/*.test.js'],
    },
  ],
}
