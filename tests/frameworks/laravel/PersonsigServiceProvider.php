<?php
// app/Providers/PersonsigServiceProvider.php

namespace App\Providers;

use Illuminate\Support\ServiceProvider;
use Personsig\Signer;

class PersonsigServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        // Null while the secret is not set. From the configuration: after config:cache Laravel reads no .env, and fromEnv finds nothing.
        $this->app->singleton('gosquared', function ($app) {
            ['secret' => $secret, 'previous' => $previous] = $app['config']['services.gosquared'];
            return $secret ? new Signer('gosquared', $secret, array_filter([$previous])) : null;
        });
    }

    public function boot(): void
    {
        $this->app->make('gosquared'); // a wrong secret shows at once and on every page, not on the first that signs
    }
}
