<?php

declare(strict_types=1);

namespace StoreWeaver;

/** WordPress's folders that may be volumes: uploads, plugins, themes. */
final class Folders
{
    private const CONTENT = '/var/www/html/wp-content';
    private const IMAGE = '/usr/share/storeweaver';
    private const LEAST_PICTURE_BYTES = 16 << 20;

    /**
     * Puts links to the plugins and themes of the image into an owner's volume. A folder of the
     * same name that the owner put there stays.
     *
     * @throws Refusal when the volume takes no link.
     */
    public static function linkImageParts(): void
    {
        foreach (['plugins', 'themes'] as $kind) {
            foreach (glob(self::IMAGE . "/$kind/*", GLOB_ONLYDIR) as $part) {
                $place = self::CONTENT . "/$kind/" . basename($part);
                if (is_dir($place)) {
                    continue;
                }
                if (is_link($place)) {
                    unlink($place);
                }
                if (!@symlink($part, $place)) {
                    throw self::notWritable(dirname($place));
                }
            }
        }
    }

    /**
     * Copies the pictures of the first products into the uploads.
     *
     * @throws Refusal when they cannot be written.
     */
    public static function copyPictures(): void
    {
        $uploads = self::CONTENT . '/uploads';
        $probe = "$uploads/.storeweaver-" . getmypid();
        if (@file_put_contents($probe, '') === false) {
            throw self::notWritable($uploads);
        }
        unlink($probe);
        self::copyFolder(self::IMAGE . '/uploads', $uploads);
    }

    private static function copyFolder(string $from, string $to): void
    {
        foreach (array_diff(scandir($from) ?: [], ['.', '..']) as $name) {
            if (is_dir("$from/$name")) {
                if (!is_dir("$to/$name") && !@mkdir("$to/$name")) {
                    throw self::notWritable($to);
                }
                self::copyFolder("$from/$name", "$to/$name");
            } elseif (!@copy("$from/$name", "$to/$name")) {
                throw self::notWritable($to);
            }
        }
    }

    private static function notWritable(string $folder): Refusal
    {
        $free = @disk_free_space($folder);
        return $free !== false && $free < self::LEAST_PICTURE_BYTES
            ? new Refusal("$folder is full: $free bytes are free. Enlarge the volume or remove files from it.")
            : new Refusal("$folder cannot be written to by user " . posix_getuid() . '. Mount its volume with fsGroup 33.');
    }
}
