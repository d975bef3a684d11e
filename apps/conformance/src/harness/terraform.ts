import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './build.js';
import { type Finished, run } from './programs.js';

/** Where providers may lie ready; without any, Terraform loads the provider from its registry. */
const mirror = [
  process.env['MUNIMENT_TEST_TERRAFORM_MIRROR'] ?? '',
  '/usr/local/share/terraform/plugins',
  '/opt/tf-plugins',
].find(existsSync);

/** A working directory of Terraform with one of the files in `terraform/` and the AWS provider. */
export class Terraform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'muniment-terraform-'));
  readonly #env: Readonly<Record<string, string>>;
  #provider: ChildProcess | undefined;
  #attached = '';

  /** What `env` says is for Terraform and for the provider. */
  static async init(file: string, env: Readonly<Record<string, string>>): Promise<Terraform> {
    const terraform = new Terraform(file, env);
    const { code, stderr } = await terraform.run('init');
    if (code !== 0) throw new Error(stderr);
    return terraform;
  }

  private constructor(file: string, env: Readonly<Record<string, string>>) {
    // Go collects garbage less often: a third of the time is won.
    this.#env = { GOGC: '400', ...env };
    copyFileSync(join(repository, 'apps/conformance/src/terraform', file), join(this.#folder, 'main.tf'));
    const found = mirror ? `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n` : '';
    writeFileSync(join(this.#folder, 'terraform.rc'), found);
  }

  run(command: string, ...args: string[]): Promise<Finished> {
    const plain = command === 'output' ? [] : ['-input=false'];
    return run('terraform', [command, '-no-color', ...plain, ...args], {
      cwd: this.#folder,
      env: {
        ...this.#env,
        ...(this.#attached && { TF_REATTACH_PROVIDERS: this.#attached }),
        TF_CLI_CONFIG_FILE: join(this.#folder, 'terraform.rc'),
        CHECKPOINT_DISABLE: '1',
      },
    });
  }

  /** The provider takes seconds to start, and each command starts it several times; run by hand, it starts once. */
  async attach(): Promise<void> {
    const installed = join(this.#folder, '.terraform/providers/registry.terraform.io/hashicorp/aws');
    const [version = ''] = readdirSync(installed);
    const [platform = ''] = readdirSync(join(installed, version));
    const names = readdirSync(join(installed, version, platform));
    const name = names.find((each) => each.startsWith('terraform-provider-aws')) ?? '';
    const child = spawn(join(installed, version, platform, name), ['-debug'], {
      env: { PATH: process.env['PATH'], ...this.#env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#provider = child;
    this.#attached = await new Promise((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += String(chunk);
        const found = /TF_REATTACH_PROVIDERS='(.*)'/.exec(said)?.[1];
        if (found) resolve(found);
      });
      child.on('exit', () => reject(new Error(`the provider does not start: ${said}`)));
    });
  }

  dispose(): void {
    this.#provider?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
